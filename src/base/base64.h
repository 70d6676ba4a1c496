#pragma once
// Bytes as base64url without padding (RFC 4648 section 5). Pure.

#include <optional>
#include <string>
#include <string_view>

namespace stentor {

[[nodiscard]] std::string base64url(std::string_view bytes);
// Nothing: it is none; padding makes it none, too.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace stentor
