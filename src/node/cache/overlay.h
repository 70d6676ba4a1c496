#pragma once
// What one member alone has beside a group's entries: their hidden ones, their notes, their
// reactions. Asked for only where their row says that there is something.

#include <optional>
#include <span>

#include "node/cache/state.h"

namespace stentor::cache {

void ask_overlay(CacheState& cache, Group& group, PendingOpen open);
void on_open_overlay(CacheState& cache, PendingOpen open, Result<bus::Reply> reply, Time now);

void ask_overlay(CacheState& cache, PendingPull pull, std::span<const LogEntry> entries, Seq floor);
void on_pull_overlay(CacheState& cache, PendingPull pull, Result<bus::Reply> reply, Time now);

// Adds the tallies of these entries, with what is the reader's own.
void add_overlay(CacheState& cache, pb::Opened& page, const Memory& memory,
                 std::span<const LogEntry> entries, Seq floor,
                 const std::optional<bus::Mine>& mine);
void add_overlay(CacheState& cache, pb::Range& page, const Memory& memory,
                 std::span<const LogEntry> entries, Seq floor,
                 const std::optional<bus::Mine>& mine);

}  // namespace stentor::cache
