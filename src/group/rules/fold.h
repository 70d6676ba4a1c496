#pragma once
// Text as a word list sees it: letters in lower case, full-width, circled and mathematical ones as
// plain ones, and everything that has no width left out, so that "Ｂ\u200bad" reads "bad". It is
// for comparing only and is never shown.
//
// Cost: one pass. Lower case is that of Latin, Greek, Cyrillic and Armenian: what a list can be
// evaded with by pressing shift.

#include <string>
#include <string_view>

namespace stentor::rules {

// Bytes that are no UTF-8 become U+FFFD, each its own.
[[nodiscard]] std::u32string folded(std::string_view text);

// Whether words of this character's script are written with spaces between them.
[[nodiscard]] bool is_spaced_letter(char32_t c);

}  // namespace stentor::rules
