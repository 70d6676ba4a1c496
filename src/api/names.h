#pragma once
// Which names people may have, and when two of them are the same. Pure.

#include <string>
#include <string_view>

#include "base/code.h"

namespace stentor::api {

// bad_name, with the bound where it is too long or empty: 1 to kNameBytes bytes of valid UTF-8;
// no control characters, line separators, bidirectional formatting or invisible characters (they
// would let one name look like another, or turn the text around it); no space at either end.
[[nodiscard]] Result<void> check_name(std::string_view name);

// Two names are one when their keys are: ASCII letters are folded to lower case, all other bytes
// stay. Folding beyond ASCII depends on the Unicode version, and a key must never change.
[[nodiscard]] std::string name_key(std::string_view name);

}  // namespace stentor::api
