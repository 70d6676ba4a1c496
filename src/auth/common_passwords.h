#pragma once
// The passwords of 8 characters and more that leaked lists hold most often, as published again and
// again; folded to lower case, in order.

#include <span>
#include <string_view>

namespace stentor::auth {

[[nodiscard]] std::span<const std::string_view> common_passwords();

}  // namespace stentor::auth
