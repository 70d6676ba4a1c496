#include "node/cache/watchers.h"

#include <algorithm>

namespace stentor::cache {

std::uint32_t online(const Group& group) {
    std::uint32_t sum = 0;
    for (const Watching& watching : group.watching) sum += watching.count - watching.away;
    return sum;
}

// While anybody may sit somewhere, or an open is on its way, the route must stand: at least 1.
void report_route(CacheState& cache, Group& group, Time now) {
    group.reported = std::max(online(group), 1U);
    group.reported_at = now;
    cache.port.report_route(group.memory.gid(), group.reported);
}

void Cache::on_watchers(ShardIndex shard, GroupId gid, const Watchers& watchers,
                        std::uint64_t ticket, Time now) {
    Group* group = find_group(*state_, gid);
    if (group == nullptr) return;
    const auto place = std::ranges::find(group->watching, shard, &Watching::shard);
    if (place == group->watching.end()) return;
    place->count = watchers.count;
    place->away = std::min(watchers.away, watchers.count);
    // An older ticket: another Opened is still on its way to that shard, and may sit down there.
    if (watchers.count != 0 || ticket != place->ticket) return;
    group->watching.erase(place);
    std::erase(group->shards, shard);
    if (group->watching.empty()) group->unwatched_since = now;
}

}  // namespace stentor::cache
