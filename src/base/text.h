#pragma once
// Text as it comes from outside: whether it is UTF-8, and whether it may stand as a name. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace stentor {

// Takes one character from the front of `text`, which is not empty. Nothing when it is not
// well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] std::optional<char32_t> next_character(std::string_view& text);
[[nodiscard]] bool valid_utf8(std::string_view text);

// All of it, or as much as bytes_max hold, ended between two characters. `text`: valid UTF-8.
[[nodiscard]] std::string_view beginning_of(std::string_view text, std::size_t bytes_max);

// Whether it reads as one line that stands for itself: valid UTF-8; no control characters, line
// separators, bidirectional formatting or invisible characters (they would let one name look like
// another, or turn the text around it); no space at either end; not empty.
[[nodiscard]] bool plain_line(std::string_view text);

// Two names are one when their keys are: ASCII letters are folded to lower case, all other bytes
// stay. Folding beyond ASCII depends on the Unicode version, and a key must never change.
[[nodiscard]] std::string name_key(std::string_view name);

}  // namespace stentor
