#include "auth/derived_keys.h"

#include <sodium/crypto_auth_hmacsha256.h>

namespace stentor::auth {

std::vector<TokenKey> keys_for(std::span<const TokenKey> keys, std::string_view purpose) {
    std::vector<TokenKey> derived;
    for (const TokenKey& key : keys) {
        TokenKey& one = derived.emplace_back(TokenKey{.id = key.id});
        crypto_auth_hmacsha256(one.secret.data(),
                               reinterpret_cast<const unsigned char*>(purpose.data()),
                               purpose.size(), key.secret.data());
    }
    return derived;
}

}  // namespace stentor::auth
