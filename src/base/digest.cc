#include "base/digest.h"

#include <sodium/crypto_hash_sha256.h>

#include <cstring>

namespace stentor {
namespace {

void put(std::uint8_t*& at, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
        *at++ = static_cast<std::uint8_t>(value >> (8U * (bytes - 1 - i)));
    }
}

void put(std::uint8_t*& at, std::span<const std::uint8_t> bytes) {
    std::memcpy(at, bytes.data(), bytes.size());
    at += bytes.size();
}

Digest cut(std::span<const std::uint8_t> input) {
    std::array<std::uint8_t, crypto_hash_sha256_BYTES> whole{};
    crypto_hash_sha256(whole.data(), input.data(), input.size());
    Digest digest;
    std::memcpy(digest.bytes.data(), whole.data(), digest.bytes.size());
    return digest;
}

}  // namespace

Digest Digest::from(std::string_view raw) {
    Digest digest;
    if (raw.size() == digest.bytes.size()) std::memcpy(digest.bytes.data(), raw.data(), raw.size());
    return digest;
}

Digest hash_of(std::string_view bytes) {
    return cut({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::uint64_t number_of(const Digest& digest) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) number = (number << 8U) | digest.bytes[i];
    return number;
}

Digest genesis(GroupId gid) {
    std::array<std::uint8_t, 19> input{'s', 't', 'e', 'n', 't', 'o', 'r', '.', 'v', '1', 0};
    std::uint8_t* at = input.data() + 11;
    put(at, gid.value, 8);
    return cut(input);
}

Digest chained(const Digest& before, const Link& link) {
    std::array<std::uint8_t, 76> input{};
    std::uint8_t* at = input.data();
    put(at, before.bytes);
    put(at, link.seq.value, 8);
    put(at, link.sender.value, 8);
    put(at, link.cmid.bytes);
    put(at, link.kind, 4);
    put(at, to_ms(link.time), 8);
    put(at, link.body_hash.bytes);
    return cut(input);
}

}  // namespace stentor
