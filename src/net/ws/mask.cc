#include "net/ws/mask.h"

#include <cstring>

namespace stentor::net::ws {

void apply_mask(std::span<char> bytes, Mask mask, std::uint64_t position) {
    std::array<char, 8> key{};
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = mask[(position + i) % 4];
    std::uint64_t key_word = 0;
    std::memcpy(&key_word, key.data(), sizeof key_word);

    std::size_t at = 0;
    for (; at + sizeof key_word <= bytes.size(); at += sizeof key_word) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        word ^= key_word;
        std::memcpy(bytes.data() + at, &word, sizeof word);
    }
    for (; at < bytes.size(); ++at) bytes[at] = static_cast<char>(bytes[at] ^ key[at % 4]);
}

}  // namespace stentor::net::ws
