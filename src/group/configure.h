#pragma once
// What the group is set to, and what a member sets for themselves.

#include "base/time.h"
#include "group/loads.h"
#include "group/members.h"

namespace stentor::group {

struct GroupState;

bool admit_configure(GroupState& group, Work& work, CachedMember& member, Time now);
bool admit_mute_for_me(GroupState& group, const Work& work, CachedMember& member, Time now);

}  // namespace stentor::group
