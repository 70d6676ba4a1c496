#include "api/http/secret_text.h"

#include <sodium/crypto_hash_sha256.h>

#include <array>

#include "base/base64.h"
#include "base/number_text.h"

namespace stentor::api {
namespace {

constexpr std::size_t kIdBytes = 8;
constexpr std::size_t kSecretBytes = kSecretTextBytes - kIdBytes;
constexpr std::size_t kAfterMark = 2 * kIdBytes + 1 + 43;

std::string hash_hex(std::string_view text) {
    std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libsodium's bytes
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size());
    return hex_of(hash);
}

}  // namespace

SecretText make_secret_text(std::string_view mark,
                            std::span<const std::uint8_t, kSecretTextBytes> random) {
    std::string id = hex_of(random.first<kIdBytes>());
    const std::string secret =
        base64url({reinterpret_cast<const char*>(random.data()) + kIdBytes, kSecretBytes});
    std::string text = std::string{mark} + id + '_' + secret;
    std::string hash = hash_hex(text);
    return {.id = std::move(id), .text = std::move(text), .hash = std::move(hash)};
}

std::optional<SecretText> secret_text_of(std::string_view mark, std::string_view text) {
    if (text.size() != mark.size() + kAfterMark || !text.starts_with(mark)) return std::nullopt;
    return SecretText{.id = std::string{text.substr(mark.size(), 2 * kIdBytes)},
                      .text = std::string{text},
                      .hash = hash_hex(text)};
}

}  // namespace stentor::api
