#pragma once
// The HTTP side of a connection: one request at a time, its answer, the next.

#include <cstdint>
#include <span>

#include "net/http/message.h"
#include "net/loop_state.h"

namespace stentor::net {

void take_request(LoopState& loop, std::uint32_t index, std::span<char>& bytes);
// The socket has taken what it was given of an answer that comes in pieces.
void go_on_streaming(LoopState& loop, std::uint32_t index);
void refuse_request(LoopState& loop, std::uint32_t index, const http::Response& response);

}  // namespace stentor::net
