#pragma once
// Which emoji there are, by Unicode's own list (UTS 51: RGI_Emoji), and how each is stored. Pure.
//
// Cost: a few microseconds; texts above kEmojiBytes are refused at sight.

#include <optional>
#include <string>
#include <string_view>

namespace stentor::text {

// The fully qualified form of the one emoji that `text` is, whichever variation selectors it was
// written with: U+2764 and U+2764 U+FE0F are one. Nothing when it is no emoji, or more than one.
[[nodiscard]] std::optional<std::string> emoji_form(std::string_view text);

// What an earlier version took as a reaction can be taken away, though it be no emoji.
[[nodiscard]] bool may_be_taken_away(std::string_view text);

}  // namespace stentor::text
