#pragma once
// The part of an address behind '?': names and values, percent-encoded (RFC 3986 section 2.1), '+'
// for a space.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/code.h"

namespace stentor::api {

class Query {
public:
    explicit Query(std::string_view text);

    // Empty when it is not there.
    [[nodiscard]] std::string text(std::string_view name) const;
    // bad_field, naming `name` (a literal), when it is no whole number up to `most`.
    [[nodiscard]] Result<std::uint64_t> number(std::string_view name, std::uint64_t absent,
                                               std::uint64_t most) const;

private:
    std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace stentor::api
