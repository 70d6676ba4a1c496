#pragma once
// Those who moderate a group are told when what waits for them has changed: a request to join or a
// report has come, or was decided. What it is they fetch.
//
// Owner: GroupState. Cost: one look-up of the staff in kTicksEvery, however much is asked for.
// Limits: kReadersPage of the staff are told; with the owner's memory it is lost.

#include "base/time.h"
#include "group/effects.h"

namespace stentor::group {

struct GroupState;

struct Duties {
    bool moved{};    // Since they were told.
    bool loading{};  // Who is to be told.
    Time told{};
};

// At every tick.
void publish_duties(GroupState& group, Time now);
// Before memory is dropped, with the operations in flight.
void keep_duties(GroupState& group);
void on_staff_loaded(GroupState& group, const Result<Found>& found);

}  // namespace stentor::group
