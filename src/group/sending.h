#pragma once
// A message: whether it is stored already, whether its sender may write it now, and its number.

#include "base/time.h"
#include "bus/bus.h"
#include "group/loads.h"
#include "group/members.h"

namespace stentor::group {

struct GroupState;

bool admit_send(GroupState& group, Work& work, CachedMember& member, Time now);
// Gives it the next number.
void stage_send(GroupState& group, const bus::Command& command, Time now);

}  // namespace stentor::group
