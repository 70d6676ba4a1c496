#include "auth/token.h"

#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/utils.h>

#include <algorithm>
#include <optional>

namespace stentor::auth {
namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kBenchFlag = 1;
constexpr std::size_t kSignedBytes = 28;
constexpr std::size_t kMacBytes = crypto_auth_hmacsha256_BYTES;
constexpr std::size_t kTokenRawBytes = kSignedBytes + kMacBytes;
static_assert(kTokenRawBytes % 3 == 0 && kTokenRawBytes / 3 * 4 == kTokenTextBytes);
static_assert(crypto_auth_hmacsha256_KEYBYTES == sizeof(TokenKey::secret));

using Raw = std::array<std::uint8_t, kTokenRawBytes>;

void put(std::uint8_t*& at, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
        *at++ = static_cast<std::uint8_t>(value >> (8U * (bytes - 1 - i)));
    }
}

std::uint64_t get(const std::uint8_t*& at, unsigned bytes) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) value = (value << 8U) | *at++;
    return value;
}

std::string encoded(const Raw& raw) {
    std::string text(kTokenTextBytes + 1, '\0');  // libsodium ends it with a zero.
    sodium_bin2base64(text.data(), text.size(), raw.data(), raw.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.resize(kTokenTextBytes);
    return text;
}

std::optional<Raw> decoded(std::string_view text) {
    Raw raw{};
    std::size_t length = 0;
    if (text.size() != kTokenTextBytes) return std::nullopt;
    if (sodium_base642bin(raw.data(), raw.size(), text.data(), text.size(), nullptr, &length,
                          nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
        return std::nullopt;
    }
    // libsodium 1.0.18 takes some bytes above 127 for letters; encoding again is what makes sure
    // that no second spelling of a token is taken.
    if (length != raw.size() || encoded(raw) != text) return std::nullopt;
    return raw;
}

}  // namespace

std::string mint(const TokenKey& key, const Claims& claims) {
    Raw raw{};
    std::uint8_t* at = raw.data();
    put(at, kVersion, 1);
    put(at, claims.bench ? kBenchFlag : 0, 1);
    put(at, key.id, 4);
    put(at, claims.uid.value, 8);
    put(at, to_ms(claims.minted), 6);
    put(at, to_ms(claims.expires), 8);
    crypto_auth_hmacsha256(at, raw.data(), kSignedBytes, key.secret.data());
    return encoded(raw);
}

Result<Claims> verify(std::span<const TokenKey> keys, std::string_view text, Time now) {
    const std::unexpected invalid{Error{.code = Code::token_invalid, .where = "token"}};
    const std::optional<Raw> raw = decoded(text);
    if (!raw) return invalid;

    const std::uint8_t* at = raw->data();
    const std::uint64_t version = get(at, 1);
    const std::uint64_t flags = get(at, 1);
    const std::uint64_t key_id = get(at, 4);
    const UserId uid{get(at, 8)};
    const std::uint64_t minted_ms = get(at, 6);
    const std::uint64_t expires_ms = get(at, 8);

    const auto key = std::ranges::find(keys, key_id, &TokenKey::id);
    if (key == keys.end()) return invalid;
    if (crypto_auth_hmacsha256_verify(at, raw->data(), kSignedBytes, key->secret.data()) != 0) {
        return invalid;
    }
    // A flag or version that this server does not know may forbid something: it is not guessed at.
    if (version != kVersion || (flags & ~std::uint64_t{kBenchFlag}) != 0) return invalid;
    if (expires_ms <= to_ms(now)) {
        return std::unexpected(Error{.code = Code::token_expired, .where = "token"});
    }
    return Claims{.uid = uid,
                  .minted = from_ms(minted_ms),
                  .expires = from_ms(expires_ms),
                  .bench = (flags & kBenchFlag) != 0};
}

}  // namespace stentor::auth
