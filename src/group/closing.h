#pragma once
// A group that ends: the operator deletes it, or the last member goes. Its log and its settings go
// with one commit; its members are told, and their rows dropped, in steps of a page, so that a
// million of them delay nobody. The head stays for good: its number is never given again.
//
// A head whose time is 0 has no rows left. Until then whoever speaks to the group, or the sweeper,
// goes on with what an owner before did not finish.

#include "base/time.h"
#include "group/effects.h"
#include "group/loads.h"
#include "group/pipeline.h"

namespace stentor::group {

struct GroupState;

struct Closing {
    bool loading{};  // A page of the rows that are left.
};

// LeaveGroup by nobody, with the operator's rights: the group itself goes.
void admit_delete(GroupState& group, const Work& work);
void close_with(GroupState& group, Operation& operation);
// That operation is durable.
void on_closed(GroupState& group);
void sweep_rest(GroupState& group);
void on_rest_loaded(GroupState& group, const Result<Found>& found, Time now);

}  // namespace stentor::group
