#pragma once
// The fields of a JSON object (RFC 8259) that came in a request, as texts, numbers, flags and lists
// of texts; whatever else is in it is passed over.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/code.h"

namespace stentor::api {

class Fields {
public:
    // malformed: no JSON object, not UTF-8, or deeper than 32.
    [[nodiscard]] static Result<Fields> parse(std::string_view body);

    // bad_field, naming `name` (a literal), when it is of another kind. Absent and null: nothing.
    // A number is whole, and 0 to 2^53 - 1: what all readers of JSON hold exactly.
    [[nodiscard]] Result<std::optional<std::string>> text(std::string_view name) const;
    [[nodiscard]] Result<std::optional<std::uint64_t>> number(std::string_view name) const;
    [[nodiscard]] Result<std::optional<bool>> flag(std::string_view name) const;
    [[nodiscard]] Result<std::optional<std::vector<std::string>>> texts(
        std::string_view name) const;

private:
    struct Other {};  // An object, a number that is not whole, a mixed list.
    using Value = std::variant<Other, std::string, std::uint64_t, bool, std::vector<std::string>>;

    template <class Kind>
    [[nodiscard]] Result<std::optional<Kind>> find(std::string_view name) const;

    std::map<std::string, Value, std::less<>> values_;
};

}  // namespace stentor::api
