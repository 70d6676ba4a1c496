#pragma once
// What owners tell of groups: what continues the version that is known is applied and pushed, what
// is known is dropped, and what lies behind a hole waits until that is filled.

#include <memory>
#include <span>

#include "node/cache/state.h"

namespace stentor::cache {

// Those that are known already are passed over.
void add_entries(CacheState& cache, Group& group, std::span<const LogEntry> entries, Time now);
void change_entry(CacheState& cache, Group& group, const LogEntry& entry);
void change_group(CacheState& cache, Group& group, const bus::GroupChanged& change);
// Told with `version`; an answer that is under way may be older.
void note_member(Group& group, UserId uid, const bus::MemberView& member, std::uint64_t version);

// What has waited, as far as it continues the version that is known. False: there is a hole.
[[nodiscard]] bool apply_backlog(CacheState& cache, Group& group, Time now);

void push_entries(CacheState& cache, Group& group, std::span<const LogEntry> entries);

// Of what waits behind a hole, so that those who watch see that there is more.
void tell_head(CacheState& cache, Group& group);

// Pages of former versions may lack what nobody will tell any more.
void want_pages_from(CacheState& cache, GroupId gid, std::uint64_t version);

void start_epoch(CacheState& cache, Group& group, Epoch epoch, Seq head);

}  // namespace stentor::cache
