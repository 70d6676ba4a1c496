#pragma once
// Reactions: one member's, as rows; all members', as sums that are shown. And who is typing, which
// is told at once and kept nowhere.

#include "base/time.h"
#include "bus/bus.h"
#include "group/loads.h"
#include "group/members.h"

namespace stentor::group {

struct GroupState;

bool admit_react(GroupState& group, Work& work, CachedMember& member, Time now);
void admit_typing(GroupState& group, const bus::Command& command, CachedMember& member, Time now);

}  // namespace stentor::group
