#pragma once
// Four bytes of length, most significant first, then so many bytes: one message.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace stentor::net::tcp {

inline constexpr std::size_t kLengthBytes = 4;
using LengthBytes = std::array<char, kLengthBytes>;

// Of a message of less than 4 GB.
[[nodiscard]] constexpr LengthBytes length_bytes(std::size_t size) {
    const auto byte = [size](unsigned shift) { return static_cast<char>((size >> shift) & 0xffU); };
    return {byte(24), byte(16), byte(8), byte(0)};
}

// Adds one frame to `bytes`.
inline void append_frame(std::string& bytes, std::string_view message) {
    const LengthBytes length = length_bytes(message.size());
    bytes.append(length.data(), length.size()).append(message);
}

[[nodiscard]] inline std::string frame(std::string_view message) {
    std::string bytes;
    bytes.reserve(kLengthBytes + message.size());
    append_frame(bytes, message);
    return bytes;
}

}  // namespace stentor::net::tcp
