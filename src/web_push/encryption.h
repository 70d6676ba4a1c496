#pragma once
// Payloads of Web Push, which only the browser that subscribed can read: RFC 8291, in the form
// aes128gcm of RFC 8188, one record. All cryptography is OpenSSL's.
//
// Pure but for make_key_pair(), which draws from OpenSSL's generator.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/code.h"

struct evp_pkey_st;

namespace stentor::web_push {

inline constexpr std::size_t kPublicKeyBytes = 65;  // A point of P-256, uncompressed.
inline constexpr std::size_t kPrivateKeyBytes = 32;
inline constexpr std::size_t kAuthBytes = 16;
inline constexpr std::size_t kSaltBytes = 16;
// Every push service takes a message of 4,096 bytes (RFC 8030 section 7.2); what is around takes
// 86 for the header, 1 for the end of the record and 16 for its tag.
inline constexpr std::size_t kPlaintextBytes = 4'096 - 86 - 1 - 16;

struct KeyEnd {
    void operator()(evp_pkey_st* key) const;
};
using Key = std::unique_ptr<evp_pkey_st, KeyEnd>;

// Of P-256. Throws std::runtime_error when OpenSSL has none.
[[nodiscard]] Key make_key_pair();
// None: the bytes are no such key.
[[nodiscard]] Key public_key_of(std::string_view point);
[[nodiscard]] Key key_pair_of(std::string_view private_key, std::string_view point);
[[nodiscard]] std::string point_of(const Key& key);
[[nodiscard]] std::string private_bytes_of(const Key& key);

struct Receiver {
    std::string public_key;  // p256dh of the subscription.
    std::string auth;
};

// `sender`: made for this message alone, as is the salt. frame_too_large: a plaintext above
// kPlaintextBytes. bad_field: no such public key.
[[nodiscard]] Result<std::string> encrypt(std::string_view plaintext, const Receiver& receiver,
                                          const Key& sender, std::string_view salt);

}  // namespace stentor::web_push
