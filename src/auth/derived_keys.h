#pragma once
// Keys for tokens of another kind, which follow from those of the usual ones: neither kind is ever
// taken for the other. Pure.

#include <span>
#include <string_view>
#include <vector>

#include "auth/token.h"

namespace stentor::auth {

// One for each, with its id, in their order.
[[nodiscard]] std::vector<TokenKey> keys_for(std::span<const TokenKey> keys,
                                             std::string_view purpose);

}  // namespace stentor::auth
