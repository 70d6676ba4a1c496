#include "node/cache/resets.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/limits.h"
#include "base/planted_bugs.h"
#include "node/cache/asks.h"
#include "node/cache/catch_up.h"
#include "node/cache/items.h"

namespace stentor::cache {
namespace {

void ask_stays(CacheState& cache, AskedStays asked) {
    const GroupId gid = asked.gid;
    bus::AskStays question{.gid = gid, .uids = asked.uids};
    ask(cache, gid, std::move(asked), std::move(question));
}

// Nobody watches any more who was put out before this version.
void finish_reset(CacheState& cache, Group& group, Time now) {
    const GroupId gid = group.memory.gid();
    const bus::ChangesAnswer answer = std::move(std::exchange(group.reset, nullptr)->answer);
    // What was late may have filled the hole meanwhile.
    if (answer.version > group.version) {
        change_group(cache, group, answer.group);
        cache.pages.forget(gid);
        want_pages_from(cache, gid, answer.version);
        leap(cache, group, answer);
        group.version = answer.version;
        group.told.clear();
        group.told_from = answer.version;
    }
    go_on(cache, group, now);
}

void continue_reset(CacheState& cache, Group& group, Time now) {
    Reset& reset = *group.reset;
    if (reset.asked) return;
    if (reset.rest.empty()) {
        if (reset.shards == 0) finish_reset(cache, group, now);
        return;
    }
    reset.asked = true;
    const std::size_t count = std::min(reset.rest.size(), limits::kStaysPerAsk);
    AskedStays next{
        .gid = group.memory.gid(),
        .uids = {reset.rest.end() - static_cast<std::ptrdiff_t>(count), reset.rest.end()},
        .reset = reset.ticket};
    reset.rest.resize(reset.rest.size() - count);
    ask_stays(cache, std::move(next));
}

}  // namespace

void begin_reset(CacheState& cache, Group& group, bus::ChangesAnswer answer, Time now) {
    group.reset = std::make_unique<Reset>(Reset{.ticket = ++cache.tickets,
                                                .answer = std::move(answer),
                                                .shards = group.shards.size(),
                                                .rest = {}});
    if (group.shards.empty() || planted(Bug::reset_asks_nobody))
        return finish_reset(cache, group, now);
    cache.port.list_watchers(group.memory.gid(), group.reset->ticket, group.shards);
}

void Cache::on_watcher_list(GroupId gid, std::uint64_t ticket, std::span<const UserId> uids,
                            Time now) {
    Group* group = find_group(*state_, gid);
    if (group == nullptr || !group->reset || group->reset->ticket != ticket) return;
    group->reset->rest.insert(group->reset->rest.end(), uids.begin(), uids.end());
    --group->reset->shards;
    continue_reset(*state_, *group, now);
}

void Cache::on_recheck(GroupId gid, UserId uid, Time /*now*/) {
    ask_stays(*state_, {.gid = gid, .uids = {uid}});
}

void on_stays(CacheState& cache, AskedStays asked, const Result<bus::Reply>& reply, Time now) {
    Group* group = find_group(cache, asked.gid);
    if (group == nullptr) return;
    Reset* reset =
        group->reset && group->reset->ticket == asked.reset ? group->reset.get() : nullptr;
    if (asked.reset != 0 && reset == nullptr) return;
    const auto* answer = reply ? std::get_if<bus::StaysAnswer>(&*reply) : nullptr;
    const bool former =
        answer != nullptr && (answer->epoch < group->memory.epoch() ||
                              (reset != nullptr && answer->version < reset->answer.version));
    // Nobody may stay because an owner was busy.
    if (answer == nullptr || former) return cache.unanswered.push_back(std::move(asked));
    for (const bus::Stay& row : answer->rows) on_row(cache, *group, row, answer->version);
    if (reset == nullptr) return;
    reset->asked = false;
    continue_reset(cache, *group, now);
}

void ask_unanswered(CacheState& cache) {
    for (AskedStays& again : std::exchange(cache.unanswered, {}))
        ask_stays(cache, std::move(again));
}

}  // namespace stentor::cache
