#include "node/cache/catch_up.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "base/planted_bugs.h"
#include "node/cache/asks.h"
#include "node/cache/holds.h"
#include "node/cache/items.h"
#include "node/cache/opens.h"
#include "node/cache/payloads.h"
#include "node/cache/pulls.h"
#include "node/cache/resets.h"

namespace stentor::cache {
namespace {

// Whoever must not see what was added goes first, and what was changed is so when it is pushed.
void take_changes(CacheState& cache, Group& group, const bus::ChangesAnswer& answer, Time now) {
    Memory& memory = group.memory;
    for (const auto& row : answer.rows) on_row(cache, group, row, answer.version);
    for (const LogEntry& entry : answer.changed) {
        if (!planted(Bug::old_revision_for_good)) change_entry(cache, group, entry);
    }
    change_group(cache, group, answer.group);
    const Seq known = memory.head();
    for (const pb::Tally& tally : answer.tallies) memory.set_tally(tally);
    const bool cut = answer.entries.empty() || answer.entries.front().seq > known + 1;
    const bool far = answer.head > known && (cut || answer.head - known > limits::kCacheEntries);
    if (far) {
        leap(cache, group, answer);
    } else if (!answer.entries.empty()) {
        add_entries(cache, group, answer.entries, now);
    }
    // Of several pages each tells who left and what was changed, so its entries may be shown.
    if (memory.head() >= answer.head) group.version = answer.version;
}

// Those who want what is there by now, or of a former epoch; or `all`. The head of a busy group is
// never verified for good, and they must not wait for that.
void release(CacheState& cache, Group& group, bool all, Time now) {
    const Memory& memory = group.memory;
    for (PendingPull& pull : std::exchange(group.beyond, {})) {
        if (all || pull.epoch != memory.epoch() || pull.from <= memory.head()) {
            serve_pull(cache, std::move(pull), now);
        } else {
            group.beyond.push_back(std::move(pull));
        }
    }
    for (PendingOpen& open : std::exchange(group.opens_beyond, {})) {
        if (all || !knows_more(open, group)) {
            finish_open(cache, group, std::move(open), now);
        } else {
            group.opens_beyond.push_back(std::move(open));
        }
    }
}

}  // namespace

void catch_up(CacheState& cache, Group& group) {
    group.wants_catch_up = true;
    if (group.catching_up != 0 || group.reset) return;
    group.wants_catch_up = false;
    group.catching_up = cache.next_ask;
    const GroupId gid = group.memory.gid();
    const Seq after = group.held ? group.held->entries.back().seq : group.memory.head();
    ask(cache, gid, CatchUp{.gid = gid},
        bus::AskChanges{.gid = gid, .since = group.version, .after = after});
}

void on_caught_up(CacheState& cache, const CatchUp& asked, Result<bus::Reply> reply, Time now) {
    Group* group = find_group(cache, asked.gid);
    if (group == nullptr) return;
    group->catching_up = 0;
    const Memory& memory = group->memory;
    auto* answer = reply ? std::get_if<bus::ChangesAnswer>(&*reply) : nullptr;
    if (!memory.loaded() || answer == nullptr || answer->epoch != memory.epoch()) {
        if (memory.loaded() && answer != nullptr && answer->epoch > memory.epoch()) {
            start_epoch(cache, *group, answer->epoch, answer->head);
        }
        group->wants_catch_up = memory.loaded();  // At the next tick.
        return release(cache, *group, true, now);
    }
    group->verified = now;
    if (answer->version > group->version && answer->reset) {
        return begin_reset(cache, *group, std::move(*answer), now);
    }
    const Seq before = memory.head();
    const std::uint64_t version = group->version;
    if (answer->version > version) take_changes(cache, *group, *answer, now);
    // Something was missed after this was asked: it may not be in the answer.
    const bool again = std::exchange(group->wants_catch_up, false);
    const bool whole = apply_backlog(cache, *group, now) && memory.head() >= answer->head;
    // More than one page was missing. Without progress it waits for the next tick: an owner must
    // not be asked in a circle.
    const bool moved = memory.head() > before || group->version > version;
    const bool at_once = again || (!whole && moved);
    release(cache, *group, whole && !at_once, now);
    if (at_once) return catch_up(cache, *group);
    group->wants_catch_up = !whole;
}

void go_on(CacheState& cache, Group& group, Time now) {
    static_cast<void>(apply_backlog(cache, group, now));
    release(cache, group, false, now);
    // Also for what was told while those who watch were asked about.
    catch_up(cache, group);
}

void leap(CacheState& cache, Group& group, const bus::ChangesAnswer& answer) {
    group.memory.leap(answer.head, answer.digest);
    if (group.shards.empty()) return;
    cache.port.head_moved(group.memory.gid(), answer.epoch, answer.head, group.shards);
}

void on_row(CacheState& cache, Group& group, const bus::Stay& row, std::uint64_t version) {
    const Memory& memory = group.memory;
    const GroupId gid = memory.gid();
    note_member(group, row.uid, row.member, version);
    if (group.shards.empty()) return;
    // Or they left and came back: what was written in between is not theirs.
    const bool came_back = row.member.floor > std::max(memory.head(), memory.floor());
    if (row.member.role == pb::ROLE_NONE || came_back) {
        cache.port.ousted(gid, row.uid, row.member.version,
                          ousted_payload(gid, pb::OUST_REASON_UNSPECIFIED, {}), group.shards);
    } else if (row.member.overlay) {
        cache.port.overlay(gid, row.uid, group.shards);
    }
}

}  // namespace stentor::cache
