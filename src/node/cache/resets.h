#pragma once
// More was missed of a group than can be told: whoever watches it is asked about, in lists, and
// until all are known nothing new is shown. Cost: a question for kStaysPerAsk watchers, one at a
// time for a group.

#include "node/cache/state.h"

namespace stentor::cache {

void begin_reset(CacheState& cache, Group& group, bus::ChangesAnswer answer, Time now);

// At each tick.
void ask_unanswered(CacheState& cache);

void on_stays(CacheState& cache, AskedStays asked, const Result<bus::Reply>& reply, Time now);

}  // namespace stentor::cache
