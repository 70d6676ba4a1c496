#pragma once
// Which names people may have, and when two of them are the same. Pure.

#include <string>
#include <string_view>

#include "base/code.h"
#include "base/text.h"

namespace stentor::api {

// bad_name, with the bound where it is too long or empty: 1 to kNameBytes bytes of valid UTF-8;
// no control characters, line separators, bidirectional formatting or invisible characters (they
// would let one name look like another, or turn the text around it); no space at either end.
[[nodiscard]] Result<void> check_name(std::string_view name);

using stentor::name_key;

}  // namespace stentor::api
