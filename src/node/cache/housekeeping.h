#pragma once
// What the cache does about every second, unasked: ticks are told, routes reported, quiet groups
// verified, unwatched ones forgotten.

#include "base/time.h"
#include "node/cache/state.h"

namespace stentor::cache {

void on_tick(CacheState& cache, Time now);

}  // namespace stentor::cache
