#pragma once
// From a socket to the protocol that the connection speaks. Owns LoopState::reading.

#include <cstdint>
#include <span>

#include "base/ids.h"
#include "net/loop_state.h"

namespace stentor::net {

void read_ready(LoopState& loop);
void read_connection(LoopState& loop, std::uint32_t index);
[[nodiscard]] bool receive(LoopState& loop, std::uint32_t index, std::size_t& filled);
[[nodiscard]] std::int64_t receive_bytes(LoopState& loop, std::uint32_t index,
                                         std::span<char> space);

}  // namespace stentor::net
