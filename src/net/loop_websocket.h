#pragma once
// The WebSocket side of a connection: handshake, frames, closing.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/ids.h"
#include "net/connection.h"
#include "net/http/message.h"
#include "net/loop_state.h"

namespace stentor::net {

void upgrade_to_websocket(LoopState& loop, std::uint32_t index, const http::Request& request,
                          const access::Address& client);
void take_frame(LoopState& loop, std::uint32_t index, std::span<char>& bytes);
void fail_websocket(LoopState& loop, std::uint32_t index, std::uint16_t code,
                    std::string_view reason);
void start_close(LoopState& loop, std::uint32_t index, std::uint16_t code, std::string_view reason,
                 Phase next);
void watch_message(LoopState& loop, std::uint32_t index);

}  // namespace stentor::net
