#pragma once
// The operator's key for the private listener: derived from the key that mints tokens, so there is
// nothing more to keep, and changing that key changes this one. Pure.

#include <string>
#include <string_view>

#include "auth/token.h"

namespace stentor::auth {

// HMAC-SHA256(secret, "stentor admin 1") as 64 hexadecimal digits.
[[nodiscard]] std::string admin_key(const TokenKey& key);

// In a time that depends on the length of `given` alone.
[[nodiscard]] bool same_key(std::string_view given, std::string_view key);

}  // namespace stentor::auth
