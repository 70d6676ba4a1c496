#pragma once
// Secrets that are shown once and kept as a hash: keys of other systems, registration tokens. Pure.
//
//   <mark><id, 16 hexadecimal digits>_<secret, 43 characters of base64url>
//
// 32 random bytes need no slow hash.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stentor::api {

inline constexpr std::size_t kSecretTextBytes = 40;  // Random ones.

struct SecretText {
    std::string id;
    std::string text;
    std::string hash;  // SHA-256 of `text`, hexadecimal.
};

// `mark`: four characters. `random`: bytes nobody can guess.
[[nodiscard]] SecretText make_secret_text(std::string_view mark,
                                          std::span<const std::uint8_t, kSecretTextBytes> random);
// Nothing when `text` has not that form.
[[nodiscard]] std::optional<SecretText> secret_text_of(std::string_view mark,
                                                       std::string_view text);

}  // namespace stentor::api
