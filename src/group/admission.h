#pragma once
// Where every command comes in: it waits for the group or for its sender's row where they are not
// in memory, and goes to the function for its kind.
//
// Those functions are called admit_*. They answer the command, refuse it, or stage an operation,
// and return true; false: something must be loaded first, so the command is parked, and those of
// the same sender behind it.

#include "base/time.h"
#include "bus/bus.h"
#include "group/loads.h"

namespace stentor::group {

struct GroupState;

void receive_command(GroupState& group, bus::Command command, Time now);
bool admit(GroupState& group, Work& work, Time now);

}  // namespace stentor::group
