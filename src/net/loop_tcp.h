#pragma once
// Frames on a bare TCP connection: the same messages as on a WebSocket, without its handshake, its
// pings and its Close.

#include <cstdint>
#include <span>

#include "base/code.h"
#include "base/encoded_push.h"
#include "base/shared_bytes.h"
#include "net/loop_state.h"

namespace stentor::net {

void take_tcp_frame(LoopState& loop, std::uint32_t index, std::span<char>& bytes);
void refuse_tcp(LoopState& loop, std::uint32_t index, const Error& error);
[[nodiscard]] const SharedBytes& framed_for_tcp(LoopState& loop, const SharedPush& push);

}  // namespace stentor::net
