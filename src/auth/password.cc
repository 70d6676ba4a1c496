#include "auth/password.h"

#include <sodium/core.h>
#include <sodium/crypto_pwhash.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "auth/random.h"

namespace stentor::auth {

Argon2Hasher::Argon2Hasher(Argon2Cost cost) : cost_(cost) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
    std::array<std::uint8_t, 32> nobody_knows{};
    fill_random(nobody_knows);
    const auto made =
        hash({reinterpret_cast<const char*>(nobody_knows.data()), nobody_knows.size()});
    if (!made) throw std::runtime_error("no memory for password hashing");
    decoy_ = *made;
}

Result<std::string> Argon2Hasher::hash(std::string_view password) {
    std::array<char, crypto_pwhash_STRBYTES> encoded{};
    if (crypto_pwhash_str(encoded.data(), password.data(), password.size(), cost_.passes,
                          cost_.memory_bytes) != 0) {
        return std::unexpected(
            Error{.code = Code::overloaded, .where = "password", .retry_after_ms = 1000});
    }
    return std::string{encoded.data()};
}

bool Argon2Hasher::matches(std::string_view encoded, std::string_view password) {
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (encoded.size() >= text.size()) return false;
    std::memcpy(text.data(), encoded.data(), encoded.size());
    return crypto_pwhash_str_verify(text.data(), password.data(), password.size()) == 0;
}

}  // namespace stentor::auth
