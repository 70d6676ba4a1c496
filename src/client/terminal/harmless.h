#pragma once
// Text of others, made fit to be printed on a terminal. Pure.

#include <string>
#include <string_view>

namespace stentor::terminal {

// Control characters (escape sequences begin with one), characters that turn the direction of a
// line around, invisible separators and broken UTF-8 become U+FFFD; a tab becomes a blank, and a
// line break is followed by `indent`.
[[nodiscard]] std::string harmless(std::string_view text, std::string_view indent = "    ");

}  // namespace stentor::terminal
