#pragma once
// The entry that stands above all others: a setting of the group, so that all agree on it.

#include "base/ids.h"
#include "group/pipeline.h"

namespace stentor::group {

// Takes it down with `operation` where it is one of these.
void unpin(GroupState& group, Operation& operation, Seq from, Seq to);

}  // namespace stentor::group
