#pragma once
// Numbers as RocksDB's files and ours beside them hold them: the lowest byte first.

#include <cstdint>
#include <string_view>

namespace stentor::store {

// Of all of `bytes`, at most eight.
[[nodiscard]] constexpr std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (auto at = bytes.rbegin(); at != bytes.rend(); ++at) {
        value = (value << 8U) | static_cast<unsigned char>(*at);
    }
    return value;
}

}  // namespace stentor::store
