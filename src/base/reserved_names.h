#pragma once
// Names that the server gives: nobody takes one that begins so.

#include <string_view>

namespace stentor {

// Of an account that was erased, before its number. Folded, as in a name's key.
inline constexpr std::string_view kErasedName = "erased user";

}  // namespace stentor
