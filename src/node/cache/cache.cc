#include "node/cache/cache.h"

#include <algorithm>
#include <utility>

#include "node/cache/cache_impl.h"

namespace stentor::cache {

// ---- The outside

Cache::Cache(CachePort& effects) : impl_(std::make_unique<Impl>(effects)) {}
Cache::~Cache() = default;

void Cache::on_open(const Waiter& waiter, GroupId gid, UserId uid, Epoch epoch, Seq seq, Time now) {
    impl_->on_open({.waiter = waiter, .gid = gid, .uid = uid, .epoch = epoch, .seq = seq}, now);
}
void Cache::on_pull(const Waiter& waiter, GroupId gid, Epoch epoch, Seq from, Seq to,
                    const Reader& reader, Time now) {
    impl_->on_pull(
        {.waiter = waiter, .gid = gid, .epoch = epoch, .from = from, .to = to, .reader = reader},
        now);
}
void Cache::on_near(const Waiter& waiter, GroupId gid, Time time, const Reader& reader,
                    Time /*now*/) {
    impl_->on_near({.waiter = waiter, .gid = gid, .reader = reader, .time = time});
}
void Cache::on_watchers(ShardIndex shard, GroupId gid, const Watchers& watchers,
                        std::uint64_t ticket, Time now) {
    impl_->on_watchers(shard, gid, watchers, ticket, now);
}
void Cache::on_recheck(GroupId gid, UserId uid, Time /*now*/) { impl_->on_recheck(gid, uid); }
void Cache::on_hello(const ConnectionToken& connection, UserId uid, Time minted,
                     std::uint64_t user_log_after) {
    impl_->people.on_hello(
        {.connection = connection, .uid = uid, .minted = minted, .after = user_log_after});
}
void Cache::on_gone(const ConnectionToken& connection, UserId uid) {
    impl_->people.on_gone(connection, uid);
}
void Cache::on_seat(UserId uid, GroupId gid, int seats) { impl_->people.on_seat(uid, gid, seats); }
void Cache::on_nudge(const bus::Nudge& nudge, Time /*now*/) { impl_->people.on_nudge(nudge); }
void Cache::on_items(const bus::Items& items, Time now) { impl_->on_items(items, now); }
void Cache::on_reply(AskId id, Result<bus::Reply> reply, Time now) {
    impl_->on_reply(id, std::move(reply), now);
}
void Cache::on_tick(Time now) { impl_->on_tick(now); }
void Cache::on_wake(Time now) { impl_->on_wake(now); }
std::optional<Time> Cache::wake_at() const { return impl_->wake_at(); }
void Cache::set_level(storm::Level level) { impl_->level = level; }
Cache::Counts Cache::counts() const { return impl_->counts(); }

// ---- What the event families share

Group* Cache::Impl::find(GroupId gid) {
    const auto it = groups_.find(gid);
    return it == groups_.end() ? nullptr : &it->second;
}

AskId Cache::Impl::ask(PartitionId partition, Asked asked, bus::Question question) {
    const AskId id = next_ask_++;
    asked_.emplace(id, std::move(asked));
    fx_.ask(id, partition, std::move(question));
    return id;
}

AskId Cache::Impl::ask(GroupId gid, Asked asked, bus::Question question) {
    return ask(partition_of(gid), std::move(asked), std::move(question));
}

void Cache::Impl::ask(HelloAsk asked, bus::Question question) {
    ask(partition_of(asked.uid), Asked{asked}, std::move(question));
}
void Cache::Impl::ask(UserLogAsk asked, bus::Question question) {
    ask(partition_of(asked.uid), Asked{asked}, std::move(question));
}
void Cache::Impl::ask(BadgeAsk asked, bus::Question question) {
    ask(partition_of(asked.gid), Asked{asked}, std::move(question));
}
void Cache::Impl::tell(const ConnectionToken& connection, std::string payload) {
    fx_.told({.connection = connection}, std::move(payload));
}
void Cache::Impl::badges(const ConnectionToken& connection, const pb::Pulse& pulse) {
    fx_.badges(connection, pulse);
}
void Cache::Impl::expel(const ConnectionToken& connection, const Error& error) {
    fx_.expel(connection, error);
}

void Cache::Impl::on_reply(AskId id, Result<bus::Reply> reply, Time now) {
    auto node = asked_.extract(id);
    if (node.empty()) return;
    Asked asked = std::move(node.mapped());
    if (auto* open = std::get_if<PendingOpen>(&asked)) {
        Result<bus::OpenAnswer> answer =
            std::unexpected(Error{.code = Code::internal, .where = "reply"});
        if (!reply) {
            answer = std::unexpected(reply.error());
        } else if (auto* opened = std::get_if<bus::OpenAnswer>(&*reply)) {
            answer = std::move(*opened);
        }
        on_open_reply(id, std::move(*open), std::move(answer), now);
    } else if (auto* page = std::get_if<PageLoad>(&asked)) {
        on_page(std::move(*page), std::move(reply), now);
    } else if (const auto* catching = std::get_if<CatchUp>(&asked)) {
        on_caught_up(*catching, std::move(reply), now);
    } else if (const auto* near = std::get_if<NearAsk>(&asked)) {
        on_near_reply(*near, reply, now);
    } else if (const auto* recheck = std::get_if<Recheck>(&asked)) {
        on_recheck_reply(*recheck, reply);
    } else if (auto* opening = std::get_if<OpenMine>(&asked)) {
        on_open_mine(std::move(opening->open), std::move(reply), now);
    } else if (auto* pulling = std::get_if<PullMine>(&asked)) {
        on_pull_mine(std::move(pulling->pull), std::move(reply), now);
    } else if (const auto* hello = std::get_if<HelloAsk>(&asked)) {
        people.on_hello_reply(*hello, std::move(reply));
    } else if (const auto* log = std::get_if<UserLogAsk>(&asked)) {
        people.on_user_log_reply(*log, std::move(reply));
    } else if (const auto* badge = std::get_if<BadgeAsk>(&asked)) {
        people.on_badge_reply(*badge, std::move(reply));
    }
}

std::uint32_t Cache::Impl::online(const Group& group) {
    std::uint32_t sum = 0;
    for (const Watching& watching : group.watching) sum += watching.count - watching.away;
    return sum;
}

// While anybody may sit somewhere, or an open is on its way, the route must stand: at least 1.
void Cache::Impl::report(Group& group, Time now) {
    group.reported = std::max(online(group), 1U);
    group.reported_at = now;
    fx_.report_route(group.memory.gid(), group.reported);
}

void Cache::Impl::on_watchers(ShardIndex shard, GroupId gid, const Watchers& watchers,
                              std::uint64_t ticket, Time now) {
    Group* group = find(gid);
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

Ticks& Cache::Impl::ticks(Group& group) {
    if (!group.ticks) group.ticks = std::make_unique<Ticks>();
    return *group.ticks;
}

void Cache::Impl::tick_group(Group& group, Time now) {
    if (group.shards.empty() || !group.memory.loaded()) return;
    const Memory& memory = group.memory;
    const std::uint32_t count = online(group);
    if (count != group.online_told && now >= group.online_again) {
        group.online_told = count;
        group.online_again = now + storm::slowed(kOnlineEvery, level);
        fx_.online(memory.gid(), count, group.shards);
    }
    if (!group.ticks) return;
    Ticks::Due due = group.ticks->take(memory, count, level, now);
    if (!due.frames) return;
    fx_.push({.gid = memory.gid(),
              .epoch = memory.epoch(),
              .lane = Lane::ticks,
              .first = due.oldest,
              .last = memory.head(),
              .frame = std::move(due.frames)},
             group.shards);
}

void Cache::Impl::on_tick(Time now) {
    people.on_tick(now, level);
    for (const Recheck& again : std::exchange(rechecks_, {})) on_recheck(again.gid, again.uid);
    std::size_t verifies = 0;
    std::vector<GroupId> forgotten;
    for (auto& [gid, group] : groups_) {
        const bool idle = group.watching.empty() && group.opens_in_flight == 0;
        if (idle && now - group.unwatched_since >= kForgetAfter) {
            forgotten.push_back(gid);
            continue;
        }
        const bool changed = group.reported != std::max(online(group), 1U);
        if (changed || now - group.reported_at >= kRouteEvery) report(group, now);
        tick_group(group, now);
        if (!group.memory.loaded() || verifies >= kVerifiesPerTick) continue;
        const bool quiet = now - group.verified >= kVerifyAfter && !group.watching.empty();
        if (quiet || group.wants_catch_up) {
            ++verifies;
            group.verified = now;
            catch_up(group);
        }
    }
    for (const GroupId gid : forgotten) {
        fx_.report_route(gid, 0);
        Group& group = groups_.at(gid);
        for (const PendingPull& pull : std::exchange(group.beyond, {})) {
            refuse(pull, {.code = Code::not_open, .where = "gid"});
        }
        pages_.forget(gid);
        take_held(group);
        groups_.erase(gid);
    }
}

Cache::Counts Cache::Impl::counts() const {
    Counts counts = counts_;
    counts.groups = groups_.size();
    counts.users = people.size();
    counts.pages = pages_.size();
    counts.loads = page_loads_.size();
    return counts;
}

}  // namespace stentor::cache
