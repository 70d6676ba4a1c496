#pragma once
// The HTTP side of a connection: one request at a time, its answer, the next.

#include <cstdint>
#include <span>

#include "net/http/message.h"
#include "net/loop_state.h"

namespace stentor::net {

void take_request(LoopState& loop, std::uint32_t index, std::span<char>& bytes);
void respond(LoopState& loop, http::Responder responder, const http::Response& response);
void refuse_request(LoopState& loop, std::uint32_t index, const http::Response& response);

}  // namespace stentor::net
