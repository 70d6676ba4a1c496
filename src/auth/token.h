#pragma once
// Tokens that this server gives out and takes back: 60 bytes as 80 characters of base64url (RFC
// 4648 section 5). 60 is a multiple of three, so there is no padding and no spare bit, and each
// token has exactly one spelling.
//
//   version 1 | flags 1 | key id 4 | uid 8 | minted, Unix ms 6 | expires, Unix ms 8 |
//   HMAC-SHA256 32 (RFC 2104)
//
// Integers most significant byte first; the MAC covers the 28 bytes before it. Pure; a check costs
// one HMAC, about 2 us.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/code.h"
#include "base/ids.h"
#include "base/time.h"

namespace stentor::auth {

inline constexpr std::size_t kTokenTextBytes = 80;

struct TokenKey {
    std::uint32_t id{};  // Carried in the token, so that keys can be changed one after the other.
    std::array<std::uint8_t, 32> secret{};
};

struct Claims {
    UserId uid;
    Time minted;   // An account may refuse all that were minted before a time.
    Time expires;  // The first millisecond at which it is no longer taken.
    bool bench{};  // A load generator's: its sends are not slowed down.

    friend constexpr auto operator<=>(const Claims&, const Claims&) = default;
};

[[nodiscard]] std::string mint(const TokenKey& key, const Claims& claims);

// token_invalid: no token of one of these keys. token_expired: one of theirs, but too old. The MAC
// is compared in constant time, and before anything else in the token is believed.
[[nodiscard]] Result<Claims> verify(std::span<const TokenKey> keys, std::string_view text,
                                    Time now);

}  // namespace stentor::auth
