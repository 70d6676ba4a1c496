#pragma once
// Name and password for a token, over HTTP.

#include <expected>
#include <string>
#include <string_view>

#include "client/terminal/stream.h"

namespace stentor::terminal {

// Otherwise why not, in words.
[[nodiscard]] std::expected<std::string, std::string> sign_in(const Server& server,
                                                              std::string_view name,
                                                              std::string_view password);

// Asks on the terminal, without showing what is typed; a line of standard input where there is no
// terminal. `name` may be empty.
[[nodiscard]] std::string ask_password(std::string_view name);

}  // namespace stentor::terminal
