#pragma once
// Who watches a group on this node, shard by shard; the route that is reported for them; and
// whether each of them is still a member.

#include <cstdint>

#include "node/cache/state.h"

namespace stentor::cache {

// Those who were heard lately.
[[nodiscard]] std::uint32_t online(const Group& group);

void report_route(CacheState& cache, Group& group, Time now);

void recheck_member(CacheState& cache, GroupId gid, UserId uid);
void on_recheck_reply(CacheState& cache, const Recheck& asked, const Result<bus::Reply>& reply);

}  // namespace stentor::cache
