#include "node/cache/cache.h"

#include <utility>

#include "node/cache/asks.h"
#include "node/cache/holds.h"
#include "node/cache/housekeeping.h"
#include "node/cache/items.h"
#include "node/cache/opens.h"
#include "node/cache/pulls.h"
#include "node/cache/state.h"
#include "node/cache/watchers.h"

namespace stentor::cache {

Cache::Cache(CachePort& port) : state_(std::make_unique<CacheState>(port)) {}
Cache::~Cache() = default;

void Cache::on_open(const Waiter& waiter, GroupId gid, UserId uid, Epoch epoch, Seq seq, Time now) {
    cache::on_open(*state_, {.waiter = waiter, .gid = gid, .uid = uid, .epoch = epoch, .seq = seq},
                   now);
}
void Cache::on_pull(const Waiter& waiter, GroupId gid, Epoch epoch, Seq from, Seq to,
                    const ReadRights& reader, Time now) {
    cache::on_pull(
        *state_,
        {.waiter = waiter, .gid = gid, .epoch = epoch, .from = from, .to = to, .reader = reader},
        now);
}
void Cache::on_near(const Waiter& waiter, GroupId gid, Time time, const ReadRights& reader,
                    Time /*now*/) {
    cache::on_near(*state_, {.waiter = waiter, .gid = gid, .reader = reader, .time = time});
}
void Cache::on_watchers(ShardIndex shard, GroupId gid, const Watchers& watchers,
                        std::uint64_t ticket, Time now) {
    cache::on_watchers(*state_, shard, gid, watchers, ticket, now);
}
void Cache::on_recheck(GroupId gid, UserId uid, Time /*now*/) {
    cache::on_recheck(*state_, gid, uid);
}
void Cache::on_hello(const ConnectionToken& connection, UserId uid, Time minted,
                     std::uint64_t user_log_after) {
    state_->users.on_hello(
        {.connection = connection, .uid = uid, .minted = minted, .after = user_log_after});
}
void Cache::on_gone(const ConnectionToken& connection, UserId uid) {
    state_->users.on_gone(connection, uid);
}
void Cache::on_seat(UserId uid, GroupId gid, int seats) { state_->users.on_seat(uid, gid, seats); }
void Cache::on_nudge(const bus::Nudge& nudge, Time /*now*/) { state_->users.on_nudge(nudge); }
void Cache::on_items(const bus::Items& items, Time now) { cache::on_items(*state_, items, now); }
void Cache::on_reply(AskId id, Result<bus::Reply> reply, Time now) {
    cache::on_reply(*state_, id, std::move(reply), now);
}
void Cache::on_tick(Time now) { cache::on_tick(*state_, now); }
void Cache::on_wake(Time now) { cache::on_wake(*state_, now); }
std::optional<Time> Cache::wake_at() const { return cache::wake_at(*state_); }
void Cache::set_level(storm::Level level) { state_->level = level; }
Cache::Counts Cache::counts() const {
    Counts counts = state_->counts;
    counts.groups = state_->groups.size();
    counts.users = state_->users.size();
    counts.pages = state_->pages.size();
    counts.loads = state_->page_loads.size();
    return counts;
}

}  // namespace stentor::cache
