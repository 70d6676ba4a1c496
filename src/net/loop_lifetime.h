#pragma once
// How a connection leaves: it lingers, is doomed, and is freed between two steps of a turn, once
// its on_closed has been called. Owns LoopState::ending.

#include <cstdint>

#include "base/ids.h"
#include "net/loop_state.h"

namespace stentor::net {

void reap(LoopState& loop);
void make_ready(LoopState& loop, std::uint32_t index);
void update_busy(LoopState& loop, std::uint32_t index);
void leave_open(LoopState& loop, std::uint32_t index);
void start_linger(LoopState& loop, std::uint32_t index);
void shut_our_side(LoopState& loop, std::uint32_t index);
void doom(LoopState& loop, std::uint32_t index);
void abandon(LoopState& loop, std::uint32_t index);
void on_socket_error(LoopState& loop, std::uint32_t index, int error);
[[nodiscard]] Connection* find_open(LoopState& loop, ConnectionToken token);

}  // namespace stentor::net
