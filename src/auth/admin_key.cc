#include "auth/admin_key.h"

#include <sodium.h>

#include <array>

#include "base/number_text.h"

namespace stentor::auth {

std::string admin_key(const TokenKey& key) {
    constexpr std::string_view kPurpose = "stentor admin 1";
    static_assert(sizeof key.secret == crypto_auth_hmacsha256_KEYBYTES);
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256(mac.data(), reinterpret_cast<const unsigned char*>(kPurpose.data()),
                           kPurpose.size(), key.secret.data());
    return hex_of(mac);
}

bool same_key(std::string_view given, std::string_view key) {
    return given.size() == key.size() && sodium_memcmp(given.data(), key.data(), key.size()) == 0;
}

}  // namespace stentor::auth
