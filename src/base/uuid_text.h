#pragma once
// A client message id as people and other systems write it: 8-4-4-4-12 hexadecimal digits (RFC 9562
// section 4).

#include <optional>
#include <string>
#include <string_view>

#include "base/cmid.h"

namespace stentor {

[[nodiscard]] std::string to_text(const Cmid& cmid);
// Either case; nothing when it is no UUIDv7.
[[nodiscard]] std::optional<Cmid> cmid_from_text(std::string_view text);

}  // namespace stentor
