#pragma once
// What was missed of a group is asked of its owner, and who waits for it is served then.

#include "node/cache/state.h"

namespace stentor::cache {

// One question at a time for a group, from its version on.
void catch_up(CacheState& cache, Group& group);

void on_caught_up(CacheState& cache, const CatchUp& asked, Result<bus::Reply> reply, Time now);

// The group is known up to the answer's version, with all that was told since.
void go_on(CacheState& cache, Group& group, Time now);

// The log up to its head, whose entries are asked for by those who want them.
void leap(CacheState& cache, Group& group, const bus::ChangesAnswer& answer);

// A member's row as it is at `version`; entries behind the head have not been shown to them.
void on_row(CacheState& cache, Group& group, const bus::Stay& row, std::uint64_t version);

}  // namespace stentor::cache
