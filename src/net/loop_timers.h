#pragma once
// The deadlines of connections. A deadline that moved away is left in the wheel: it finds out when
// it fires, which is cheaper than touching the wheel with each message.

#include <cstdint>

#include "base/ids.h"
#include "base/time.h"
#include "net/loop_state.h"

namespace stentor::net {

void run_timers(LoopState& loop);
void rearm(LoopState& loop, std::uint32_t index);

}  // namespace stentor::net
