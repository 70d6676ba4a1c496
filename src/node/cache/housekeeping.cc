// What the cache does about every second, unasked: ticks are told, routes reported, quiet groups
// verified, unwatched ones forgotten.

#include <algorithm>
#include <utility>
#include <vector>

#include "node/cache/catch_up.h"
#include "node/cache/holds.h"
#include "node/cache/items.h"
#include "node/cache/pulls.h"
#include "node/cache/resets.h"
#include "node/cache/state.h"
#include "node/cache/watchers.h"

namespace stentor::cache {
namespace {

constexpr Millis kRouteEvery{10'000};   // Three missed reports are an absence.
constexpr Millis kForgetAfter{30'000};  // Unwatched that long, a group leaves memory.
constexpr Millis kVerifyAfter{20'000};  // Quiet that long, its head is asked for.
constexpr std::size_t kVerifiesPerTick = 256;
constexpr Millis kOnlineEvery{1'000};  // At most so often is told how many watch.

void tick_group(CacheState& cache, Group& group, Time now) {
    if (group.shards.empty() || !group.memory.loaded()) return;
    // Somebody who watches may have been put out.
    if (!group.backlog.empty() || group.reset) return;
    const Memory& memory = group.memory;
    const std::uint32_t count = online(group);
    if (count != group.online_told && now >= group.online_again) {
        group.online_told = count;
        group.online_again = now + storm::slowed(kOnlineEvery, cache.level);
        cache.port.online(memory.gid(), count, group.shards);
    }
    if (!group.ticks) return;
    Ticks::Due due = group.ticks->take(memory, count, cache.level, now);
    if (!due.encoded) return;
    cache.port.push({.gid = memory.gid(),
                     .epoch = memory.epoch(),
                     .lane = Lane::ticks,
                     .last = memory.head(),
                     .encoded = std::move(due.encoded),
                     .tallies = std::move(due.tallies)},
                    group.shards);
}

}  // namespace

void Cache::on_tick(Time now) {
    CacheState& cache = *state_;
    cache.users.on_tick(now, cache.level);
    ask_unanswered(cache);
    std::size_t verifies = 0;
    std::vector<GroupId> forgotten;
    for (auto& [gid, group] : cache.groups) {
        const bool idle = group.watching.empty() && group.opens_in_flight == 0;
        if (idle && now - group.unwatched_since >= kForgetAfter) {
            forgotten.push_back(gid);
            continue;
        }
        const bool changed = group.reported != std::max(online(group), 1U);
        if (changed || now - group.reported_at >= kRouteEvery) report_route(cache, group, now);
        tick_group(cache, group, now);
        if (!group.memory.loaded() || verifies >= kVerifiesPerTick) continue;
        const bool quiet = now - group.verified >= kVerifyAfter && !group.watching.empty();
        if (quiet || group.wants_catch_up) {
            ++verifies;
            group.verified = now;
            if (!group.backlog.empty()) tell_head(cache, group);
            catch_up(cache, group);
        }
    }
    for (const GroupId gid : forgotten) {
        cache.port.report_route(gid, 0);
        Group& group = cache.groups.at(gid);
        for (const PendingPull& pull : std::exchange(group.beyond, {})) {
            refuse_pull(cache, pull, {.code = Code::not_open, .where = "gid"});
        }
        cache.pages.forget(gid);
        take_held(cache, group);
        cache.groups.erase(gid);
    }
}

}  // namespace stentor::cache
