#pragma once
// Who watches a group on this node, shard by shard; and the route that is reported for them.

#include <cstdint>

#include "node/cache/state.h"

namespace stentor::cache {

// Those who were heard lately.
[[nodiscard]] std::uint32_t online(const Group& group);

void report_route(CacheState& cache, Group& group, Time now);

}  // namespace stentor::cache
