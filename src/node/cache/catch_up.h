#pragma once
// What a stream left out is asked of the owner, and who waits for it is served then.

#include "node/cache/state.h"

namespace stentor::cache {

// One question at a time for a group, from its head on.
void catch_up(CacheState& cache, Group& group);

void on_caught_up(CacheState& cache, const CatchUp& asked, Result<bus::Reply> reply, Time now);

[[nodiscard]] Seq trusted_head(Group& group, Seq head, Time now);

void forget_changes(Group& group);

}  // namespace stentor::cache
