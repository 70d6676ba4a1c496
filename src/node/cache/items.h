#pragma once
// The owners' streams: what comes in order is applied and pushed; what does not is asked for.

#include <span>

#include "node/cache/state.h"

namespace stentor::cache {

void add_entries(CacheState& cache, Group& group, std::span<const LogEntry> entries, Time now);

// What has waited for these, as far as it follows on the head.
void add_backlog(CacheState& cache, Group& group, Time now);

void push_entries(CacheState& cache, Group& group, std::span<const LogEntry> entries);

void start_epoch(CacheState& cache, Group& group, Epoch epoch, Seq head);

}  // namespace stentor::cache
