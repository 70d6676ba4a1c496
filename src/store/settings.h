#pragma once
// The port to small things by name: keys of the API, places in the feed. Names are "part/name".
// Rules of all ports: store.h.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/code.h"
#include "base/port.h"
#include "store/rows.h"

namespace stentor::store {

inline constexpr Error kSettingChanged{.code = Code::revision_changed, .where = "setting"};

class Settings : public Port {
public:
    [[nodiscard]] virtual Result<std::optional<std::string>> setting(std::string_view name) = 0;
    // Without a value it is forgotten. bad_field: no name, or a value above kSettingBytes.
    virtual Result<void> set_setting(std::string_view name,
                                     std::optional<std::string_view> value) = 0;
    // Only where it holds `former` (none: it is not there): for places and counters that several
    // move. revision_changed (kSettingChanged): it holds something else.
    virtual Result<void> replace_setting(std::string_view name,
                                         std::optional<std::string_view> former,
                                         std::optional<std::string_view> value) = 0;
    struct Setting {
        std::string name;
        std::string value;
    };
    // In the order of names.
    [[nodiscard]] virtual Result<std::vector<Setting>> settings(std::string_view prefix) = 0;
};

}  // namespace stentor::store
