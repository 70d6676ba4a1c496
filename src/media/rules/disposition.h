#pragma once
// The name under which a browser saves a file (RFC 6266), whatever its sender called it. Pure.

#include <string>
#include <string_view>

namespace stentor::media {

// "inline" or "attachment", with the name once in ASCII and once as RFC 8187 has it. A name is its
// last part only, without what a file system or a shell takes for something else; nothing that is
// left of it is "file". `name` is UTF-8.
[[nodiscard]] std::string content_disposition(bool in_place, std::string_view name);

}  // namespace stentor::media
