#pragma once
// How far a member has read. Positions only move up, and need no commit of the group.

#include "base/ids.h"
#include "bus/bus.h"
#include "group/members.h"

namespace stentor::group {

struct GroupState;

bool admit_read(GroupState& group, const bus::Command& command, CachedMember& member);
// Up to the durable head at most.
void move_read(GroupState& group, CachedMember& member, Seq seq);

}  // namespace stentor::group
