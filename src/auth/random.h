#pragma once
// Randomness for secrets and ids, from the system's generator (getrandom) and from nothing else.
// Thread: any. Pure parts never include this: they are handed bytes.

#include <cstdint>
#include <span>

namespace stentor::auth {

void fill_random(std::span<std::uint8_t> bytes);
[[nodiscard]] std::uint64_t random_u64();

}  // namespace stentor::auth
