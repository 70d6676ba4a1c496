#pragma once
// Whether a text shows anything. Pure.
//
// Cost: reads up to the first character that is seen, hence a few nanoseconds for nearly any text.

#include <string_view>

namespace stentor::text {

// Of nothing but white space and characters that are not drawn (Unicode's White_Space and
// Default_Ignorable_Code_Point: U+200B, fillers, joiners, variation selectors), or of nothing at
// all. Bytes that are no UTF-8 are drawn.
[[nodiscard]] bool is_blank(std::string_view text);

}  // namespace stentor::text
