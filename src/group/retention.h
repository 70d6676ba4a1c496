#pragma once
// Older entries are dropped, by age or by number: the floor moves up, and everybody is told.

#include "base/time.h"
#include "group/effects.h"
#include "group/pipeline.h"

namespace stentor::group {

struct GroupState;

struct Retention {
    Time next_at{};  // When it is looked at next; 0: not planned yet.
    bool loading{};  // The entry that the floor moves up to.
};

// The next tick does; the group comes into memory for it.
void look_at_retention(GroupState& group, Time now);
// At every tick.
void keep_retention(GroupState& group, Time now);
void on_floor_loaded(GroupState& group, const Result<Found>& found);
// That operation is durable.
void on_floor_raised(GroupState& group, const Operation& operation);

}  // namespace stentor::group
