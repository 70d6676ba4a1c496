#pragma once
// Which passwords are taken. Pure, and asks nobody: the list of the commonest ones is in the
// program.

#include <string_view>

#include "base/code.h"

namespace stentor::auth {

// password_too_weak, with the bound that it misses and the rule: "short", "long", "common" (one of
// those that are tried first everywhere, one character over and over, or a run of a keyboard or an
// alphabet; case does not matter), "name" (its owner's). `field` names it in the error.
[[nodiscard]] Result<void> check_password(std::string_view password, std::string_view name,
                                          std::string_view field);

}  // namespace stentor::auth
