#include "node/cache/catch_up.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "node/cache/asks.h"
#include "node/cache/items.h"
#include "node/cache/opens.h"
#include "node/cache/pulls.h"
#include "node/cache/told_changes.h"

namespace stentor::cache {
namespace {

// What an answer knows, the stream tells in this time, or has lost.
constexpr Millis kStreamWithin{500};

void add_answer(CacheState& cache, Group& group, const bus::EntriesAnswer& answer, Seq most,
                Time now) {
    group.memory.raise_floor(answer.floor, answer.floor_digest);
    for (const pb::Tally& tally : answer.tallies) group.memory.set_tally(tally);
    std::vector<LogEntry> entries;
    for (const LogEntry& entry : answer.entries) {
        const bool dense = entries.empty() || entry.seq == entries.back().seq + 1;
        if (!dense || entry.seq > most) break;
        entries.push_back(entry);
    }
    put_changes(entries, group.memory.epoch(), group.changes);
    forget_changes(group);
    if (!entries.empty()) add_entries(cache, group, entries, now);
    if (!group.backlog.empty()) add_backlog(cache, group, now);
}

// What they want is there by now, or was of a former epoch. The head of a busy group is never
// verified for good, and they must not wait for that.
void release_reached(CacheState& cache, Group& group, Time now) {
    const Memory& memory = group.memory;
    std::vector<PendingPull> later;
    for (PendingPull& pull : std::exchange(group.beyond, {})) {
        const bool reached = pull.epoch != memory.epoch() || pull.from <= memory.head();
        if (reached) {
            serve_pull(cache, std::move(pull), now);
        } else {
            later.push_back(std::move(pull));
        }
    }
    group.beyond = std::move(later);
    std::vector<PendingOpen> waiting;
    for (PendingOpen& open : std::exchange(group.opens_beyond, {})) {
        if (knows_more(open, memory)) {
            waiting.push_back(std::move(open));
        } else {
            finish_open(cache, group, std::move(open), now);
        }
    }
    group.opens_beyond = std::move(waiting);
}

void release_beyond(CacheState& cache, Group& group, Time now) {
    for (PendingPull& pull : std::exchange(group.beyond, {}))
        serve_pull(cache, std::move(pull), now);
    for (PendingOpen& open : std::exchange(group.opens_beyond, {})) {
        finish_open(cache, group, std::move(open), now);
    }
}

}  // namespace

void catch_up(CacheState& cache, Group& group) {
    group.wants_catch_up = true;
    if (group.catching_up != 0) return;
    group.wants_catch_up = false;
    group.catching_up = cache.next_ask;
    const GroupId gid = group.memory.gid();
    ask(cache, gid, CatchUp{.gid = gid, .generation = group.generation},
        bus::AskEntries{.gid = gid,
                        .from = group.memory.head() + 1,
                        .count = static_cast<std::uint32_t>(limits::kRangeEntries)});
}

// What was told meanwhile has been put in.
void forget_changes(Group& group) {
    const bool awaited = group.view_ask != 0 || group.catching_up != 0 || !group.memory.loaded();
    if (!awaited) group.changes.clear();
}

// How far an answer that ends at `head` is believed. Between the stream's last entry and one that
// only the answer knows, the stream may still say that somebody left: they would be pushed what
// came after. So the stream gets its time.
Seq trusted_head(Group& group, Seq head, Time now) {
    const Seq told = std::max(group.seen, group.memory.head());
    if (head <= told) return head;
    if (group.unheard <= told) {
        group.unheard = head;
        group.unheard_since = now;
    }
    return now - group.unheard_since < kStreamWithin ? told : std::min(group.unheard, head);
}

void on_caught_up(CacheState& cache, const CatchUp& asked, Result<bus::Reply> reply, Time now) {
    Group* group = find_group(cache, asked.gid);
    if (group == nullptr) return;
    group->catching_up = 0;
    // Something was missed after this was asked: it may not be in the answer.
    const bool again = std::exchange(group->wants_catch_up, false);
    Memory& memory = group->memory;
    const auto* answer = reply ? std::get_if<bus::EntriesAnswer>(&*reply) : nullptr;
    if (!memory.loaded()) return release_beyond(cache, *group, now);
    if (answer == nullptr) {
        // Everything up to here is gone from the store: only a view can help. Else: the next tick.
        if (!reply && reply.error().code == Code::bad_range) {
            start_epoch(cache, *group, memory.epoch(), memory.head());
        } else {
            group->wants_catch_up = true;
        }
        return release_beyond(cache, *group, now);
    }
    // Else an entry that was changed since it was read would stay as it was: nobody tells it again.
    if (asked.generation != group->generation && answer->epoch <= memory.epoch()) {
        return catch_up(cache, *group);
    }
    group->verified = now;
    const Seq before = memory.head();
    const bool far = answer->head > before && answer->head - before > limits::kCacheEntries;
    if (answer->epoch > memory.epoch() || (far && answer->epoch == memory.epoch())) {
        start_epoch(cache, *group, answer->epoch, answer->head);
        return release_beyond(cache, *group, now);
    }
    const Seq most = trusted_head(*group, answer->head, now);
    if (answer->epoch == memory.epoch()) add_answer(cache, *group, *answer, most, now);
    release_reached(cache, *group, now);
    // More than one page was missing. Without progress it waits for the next tick: an owner must
    // not be asked in a circle.
    const bool missing = memory.head() < std::max(most, group->seen);
    if (again || (missing && memory.head() > before)) return catch_up(cache, *group);
    group->wants_catch_up = missing || most < answer->head;
    // Whoever asks for what is there, but not told yet, waits for it.
    if (most == answer->head) release_beyond(cache, *group, now);
}

}  // namespace stentor::cache
