#pragma once
// Taking back what a member has written since a time. A step looks at one page of entries and
// recalls up to kRecalledPerStep of them; whoever asks goes on below it. So no step is larger than
// another, others' commands go between them, and what was not answered is asked again: what is
// recalled already is passed over.

#include "base/time.h"
#include "group/loads.h"
#include "group/members.h"

namespace stentor::group {

bool admit_recall_member(GroupState& group, Work& work, CachedMember& member, Time now);

}  // namespace stentor::group
