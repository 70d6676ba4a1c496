#pragma once
// From a handler's bytes to a socket, and what becomes of those that it does not take. Owns
// LoopState::writing.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/encoded_push.h"
#include "base/ids.h"
#include "base/shared_bytes.h"
#include "net/backlog.h"
#include "net/handler.h"
#include "net/loop_state.h"

namespace stentor::net {

void push_replies(LoopState& loop);
Written write_bytes(LoopState& loop, std::uint32_t index, Backlog::Kind kind,
                    const SharedBytes& bytes);
void flush_backlog(LoopState& loop, std::uint32_t index);
void tell_drained(LoopState& loop, std::uint32_t index);

}  // namespace stentor::net
