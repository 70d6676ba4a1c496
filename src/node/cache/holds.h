#pragma once
// Hold windows: a group can be set to gather entries for a while before they are pushed, as one
// Batch that is encoded once.
//
// What is held is not in the node's memory yet. So all that is served of the group (heads, Opened,
// Range) still ends where the pushes end, and a seat taken meanwhile is continued by the push that
// comes. Whoever is known to know more, and whatever is not the stream's next entry, ends the
// window at once: holding delays a push, it never makes anything be asked for.

#include <optional>
#include <span>
#include <vector>

#include "node/cache/state.h"

namespace stentor::cache {

// False: these are not to be held.
[[nodiscard]] bool hold_entries(CacheState& cache, Group& group, std::span<const LogEntry> entries,
                                Time now);

// Ends the group's window: what it holds is pushed.
void release_held(CacheState& cache, Group& group);

// Ends it without a push.
std::vector<LogEntry> take_held(CacheState& cache, Group& group);

// Whether it is one that is held: then nobody has it, and it will be pushed as it is now.
[[nodiscard]] bool change_held(Group& group, const LogEntry& entry);

}  // namespace stentor::cache
