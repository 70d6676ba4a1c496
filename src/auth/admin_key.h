#pragma once
// The operator's key for the private listener: derived from the key that mints tokens, so there is
// nothing more to keep, and changing that key changes this one. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "auth/token.h"
#include "base/time.h"

namespace stentor::auth {

// HMAC-SHA256(secret, "stentor admin 1") as 64 hexadecimal digits.
[[nodiscard]] std::string admin_key(const TokenKey& key);

// In a time that depends on the length of `given` alone.
[[nodiscard]] bool same_key(std::string_view given, std::string_view key);

// The key of one of several operators: it tells who shows it, and until when it is good.
//
//   maria.1800000000.<HMAC-SHA256(admin key, "stentor operator 1 maria.1800000000"), 64 digits>
//
// Nothing is kept of it. So one ends at its time, and all of them with the key that mints tokens.
struct Operator {
    std::string name;
    Time expires;  // In whole seconds.
};
inline constexpr std::size_t kOperatorNameBytes = 40;
// Small letters, digits, - and _.
[[nodiscard]] bool is_operator_name(std::string_view name);
[[nodiscard]] std::string operator_key(const Operator& who, std::string_view admin_key);
// Whose it is; nothing: it is none of this server, or its time is over.
[[nodiscard]] std::optional<std::string> operator_of(std::string_view given,
                                                     std::string_view admin_key, Time now);

}  // namespace stentor::auth
