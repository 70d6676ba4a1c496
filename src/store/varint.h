#pragma once
// Numbers within a row, as protobuf's varints: seven bits a byte, least significant first (LEB128).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stentor::store {

inline void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out += static_cast<char>(value | 0x80U);
    out += static_cast<char>(value);
}

// From the front of `in`. None: it is cut off, or of more than 64 bits.
[[nodiscard]] inline std::optional<std::uint64_t> take_varint(std::string_view& in) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
        const auto next = static_cast<std::uint8_t>(in.front());
        in.remove_prefix(1);
        if (shift == 63 && next > 1) break;
        value |= std::uint64_t{next & 0x7fU} << shift;
        if (next < 0x80) return value;
    }
    return std::nullopt;
}

}  // namespace stentor::store
