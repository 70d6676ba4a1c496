#pragma once
// Taking reactions away, a page at a time (sweeps.h).

#include "base/code.h"
#include "base/time.h"
#include "group/effects.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/sweeps.h"

namespace stentor::group {

struct GroupState;

// With the operator's rights and without an entry: all that the one in whose name it is asked
// added in this group.
bool admit_clear(GroupState& group, Work& work, CachedMember& member, Time now);

void add_sweep(GroupState& group, Sweep sweep);
// Asks for the next page, if none is under way.
void continue_sweeps(GroupState& group);
void on_sweep_loaded(GroupState& group, const LoadReactions& asked, const Result<Found>& found);
// The page under way is durable.
void sweep_step_done(GroupState& group);
// The group could not be loaded: whoever waits for a sweep is told so.
void lose_sweeps(GroupState& group, Error error);

}  // namespace stentor::group
