#include "group/pinning.h"

#include "group/state.h"

namespace stentor::group {

void unpin(GroupState& group, Operation& operation, Seq from, Seq to) {
    const Seq pinned{group.pipeline.settings.pinned()};
    if (pinned == Seq{} || pinned < from || pinned > to) return;
    group.pipeline.settings.clear_pinned();
    operation.settings = group.pipeline.settings;
}

}  // namespace stentor::group
