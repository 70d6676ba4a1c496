#pragma once
// Masking, RFC 6455 section 5.3: byte i of a payload is combined with byte i mod 4 of the key.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace stentor::net::ws {

using Mask = std::array<char, 4>;

// Masks or unmasks `bytes`, whose first is at `position` within its payload.
void apply_mask(std::span<char> bytes, Mask mask, std::uint64_t position);

}  // namespace stentor::net::ws
