#include "node/cache/items.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "base/planted_bugs.h"
#include "node/cache/catch_up.h"
#include "node/cache/holds.h"
#include "node/cache/payloads.h"
#include "node/cache/told_changes.h"
#include "wire/frames.h"

namespace stentor::cache {
namespace {

void on_entries(CacheState& cache, Group& group, Epoch epoch, std::span<const LogEntry> entries,
                Time now) {
    const Seq last = entries.back().seq;
    if (group.memory.loaded() && epoch > group.memory.epoch())
        start_epoch(cache, group, epoch, last);
    if (!group.memory.loaded()) {
        // Kept for the view that is on its way; readers of a former epoch open again.
        if (epoch > group.backlog_epoch) {
            group.backlog.clear();
            group.seen = {};
            group.backlog_epoch = epoch;
        }
        group.seen = std::max(group.seen, last);
        if (group.backlog.size() + entries.size() > limits::kBacklogEntries) group.backlog.clear();
        group.backlog.insert(group.backlog.end(), entries.begin(), entries.end());
        if (!group.shards.empty())
            cache.port.head_moved(group.memory.gid(), epoch, last, group.shards);
        return;
    }
    if (hold_entries(cache, group, entries, now)) return;
    add_entries(cache, group, entries, now);
    if (!group.backlog.empty()) add_backlog(cache, group, now);
}

void on_entry_changed(CacheState& cache, Group& group, Epoch epoch, const LogEntry& entry) {
    Memory& memory = group.memory;
    const GroupId gid = memory.gid();
    // A view that is on its way may have been made before this, and so may an answer.
    const bool awaited = group.view_ask != 0 || group.catching_up != 0 || !memory.loaded();
    const bool forgets = planted(Bug::old_revision_for_good);
    if (awaited && !forgets) {
        if (group.changes.size() >= limits::kBacklogEntries)
            group.changes.erase(group.changes.begin());
        group.changes.emplace_back(epoch, entry);
    }
    // Also while no view is here: the one that is on its way may end below this entry, and then it
    // is the backlog that brings it.
    const Epoch ahead = memory.loaded() ? memory.epoch() : group.backlog_epoch;
    if (epoch == ahead && !forgets) put_change(group.backlog, entry);
    if (!memory.loaded() || epoch != memory.epoch()) return;
    if (!planted(Bug::stale_cache_after_recall)) {
        memory.replace(entry);
        const auto found = cache.pages.find(gid, memory.epoch(), entry.seq, memory.floor());
        if (found.page != nullptr) found.page->replace(entry);
    }
    // A page that is being read may have been read before this.
    for (const auto& [key, id] : cache.page_loads) {
        if (forgets) break;
        if (key.gid != gid || entry.seq < key.first || entry.seq > Pages::end_of(key.first))
            continue;
        std::get<PageLoad>(cache.asked.at(id)).changed.push_back(entry);
    }
    if (change_held(group, entry) || group.shards.empty()) return;
    cache.port.push(changed_push(gid, memory.epoch(), entry), group.shards);
}

// Whole, each: whichever comes last is right, and a page that is read meanwhile is set right by the
// next change at the latest.
void on_tallies(CacheState& cache, Group& group, const bus::TalliesChanged& change) {
    Memory& memory = group.memory;
    for (const pb::Tally& tally : change.tallies) {
        const Seq seq{tally.seq()};
        memory.set_tally(tally);
        if (!group.shards.empty()) ticks_of(group).on_tally(tally);
        const auto found = cache.pages.find(memory.gid(), memory.epoch(), seq, memory.floor());
        if (found.page != nullptr) found.page->set_tally(tally);
        for (const auto& [key, id] : cache.page_loads) {
            if (key.gid != memory.gid() || seq < key.first || seq > Pages::end_of(key.first)) {
                continue;
            }
            std::get<PageLoad>(cache.asked.at(id)).tallies.push_back(tally);
        }
    }
}

void on_group_changed(CacheState& cache, Group& group, Epoch epoch,
                      const bus::GroupChanged& change) {
    Memory& memory = group.memory;
    if (memory.loaded() && epoch > memory.epoch()) {
        group.forks.push_back({.epoch = memory.epoch(), .seq = change.fork});
        if (group.forks.size() > limits::kForks) {
            // Readers of what is forgotten go by the oldest that is kept.
            group.forks[1].seq = std::min(group.forks[1].seq, group.forks[0].seq);
            group.forks.erase(group.forks.begin());
        }
        start_epoch(cache, group, epoch, change.fork);
    }
    release_held(cache, group);
    memory.settings = change.settings;
    memory.members = change.members;
    if (change.floor > memory.floor()) memory.raise_floor(change.floor, change.floor_digest);
    ticks_of(group).on_group_changed();
}

void on_member_changed(CacheState& cache, Group& group, const bus::MemberChanged& change) {
    if (group.memory.members != change.members) {
        group.memory.members = change.members;
        ticks_of(group).on_group_changed();
    }
    if (group.opens_in_flight > 0) {
        if (group.changed.size() >= limits::kWaitersPerLoad) {
            group.changed.clear();
            ++group.generation;
        }
        bus::MemberView& told = group.changed[change.uid];
        if (change.member.version >= told.version) told = change.member;
    }
    if (group.shards.empty()) return;
    const GroupId gid = group.memory.gid();
    if (change.member.role != pb::ROLE_NONE) {
        if (change.member.overlay) cache.port.overlay(gid, change.uid, group.shards);
        return;
    }
    cache.port.ousted(gid, change.uid, change.member.version,
                      ousted_payload(gid, change.reason, change.by), group.shards);
}

// Anything may have been missed: entries, changes to entries, kicks.
void on_missed(CacheState& cache, Group& group) {
    const GroupId gid = group.memory.gid();
    cache.pages.forget(gid);
    take_held(cache, group);  // They are asked for again, with what changed in them.
    group.backlog.clear();
    group.memory.drop_entries();
    group.refresh = true;
    // What an owner answered before may be from before a kick that was missed.
    ++group.generation;
    if (!group.shards.empty()) cache.port.recheck(gid, group.shards);
    if (group.memory.loaded()) catch_up(cache, group);
}

// Pages on their way may be from before what was missed; also those of groups that have been
// forgotten, and may be known again when they come.
template <class Of>
void spoil_loads(CacheState& cache, Of of) {
    for (const auto& [key, id] : cache.page_loads) {
        if (of(key.gid)) std::get<PageLoad>(cache.asked.at(id)).stale = true;
    }
}

void on_break(CacheState& cache, PartitionId partition) {
    for (auto& [gid, group] : cache.groups) {
        if (partition_of(gid) == partition) on_missed(cache, group);
    }
    spoil_loads(cache, [&](GroupId gid) { return partition_of(gid) == partition; });
}

void on_item(CacheState& cache, const bus::Item& item, Time now) {
    Group* group = find_group(cache, item.gid);
    if (std::holds_alternative<bus::GroupReread>(item.event)) {
        if (group != nullptr) on_missed(cache, *group);
        return spoil_loads(cache, [&](GroupId gid) { return gid == item.gid; });
    }
    if (group == nullptr) return;
    if (const auto* member = std::get_if<bus::MemberChanged>(&item.event)) {
        return on_member_changed(cache, *group, *member);
    }
    if (item.epoch < group->memory.epoch()) return;
    if (const auto* added = std::get_if<bus::EntriesAdded>(&item.event)) {
        if (!added->entries.empty()) on_entries(cache, *group, item.epoch, added->entries, now);
        return;
    }
    if (const auto* changed = std::get_if<bus::EntryChanged>(&item.event)) {
        return on_entry_changed(cache, *group, item.epoch, changed->entry);
    }
    if (const auto* change = std::get_if<bus::GroupChanged>(&item.event)) {
        return on_group_changed(cache, *group, item.epoch, *change);
    }
    if (!group->memory.loaded() || item.epoch != group->memory.epoch()) return;
    if (const auto* tallies = std::get_if<bus::TalliesChanged>(&item.event)) {
        return on_tallies(cache, *group, *tallies);
    }
    const bool shown = !group->shards.empty() && group->memory.members <= limits::kSmallGroup;
    if (const auto* typing = std::get_if<bus::TypingSeen>(&item.event);
        typing != nullptr && shown) {
        ticks_of(*group).on_typing(typing->uid);
    }
}

}  // namespace

void Cache::on_items(const bus::Items& items, Time now) {
    CacheState& cache = *state_;
    const auto known = cache.streams.find(items.partition.value);
    bool broken = items.number != 1;
    if (known != cache.streams.end()) {
        const Stream& stream = known->second;
        if (items.term < stream.term) return;  // An owner that has been replaced.
        if (items.term == stream.term) {
            if (items.number <= stream.number) return;
            broken = items.number != stream.number + 1;
        } else {
            // What the former owner committed last, it may not have told any more.
            broken = true;
        }
    }
    cache.streams[items.partition.value] = {.term = items.term, .number = items.number};
    if (broken) {
        ++cache.counts.holes;
        on_break(cache, items.partition);
    }
    for (const bus::Item& item : items.items) on_item(cache, item, now);
}

// Those that are known already are passed over; those ahead of a gap wait for what is missing.
void add_entries(CacheState& cache, Group& group, std::span<const LogEntry> entries, Time now) {
    release_held(cache, group);
    Memory& memory = group.memory;
    group.seen = std::max(group.seen, entries.back().seq);
    const auto next = std::ranges::find_if(
        entries, [&](const LogEntry& entry) { return entry.seq > memory.head(); });
    if (next == entries.end()) return;
    const std::span<const LogEntry> fresh{next, entries.end()};
    if (fresh.front().seq != memory.head() + 1 && !planted(Bug::cache_above_head)) {
        if (group.backlog.size() + fresh.size() > limits::kBacklogEntries) group.backlog.clear();
        group.backlog.insert(group.backlog.end(), fresh.begin(), fresh.end());
        return catch_up(cache, group);
    }
    group.verified = now;
    for (const LogEntry& entry : fresh) memory.append(entry);
    push_entries(cache, group, fresh);
}

void add_backlog(CacheState& cache, Group& group, Time now) {
    Memory& memory = group.memory;
    while (!group.backlog.empty() && group.backlog.front().seq <= memory.head()) {
        group.backlog.pop_front();
    }
    std::vector<LogEntry> fresh;
    while (!group.backlog.empty() &&
           group.backlog.front().seq == memory.head() + (fresh.size() + 1)) {
        fresh.push_back(std::move(group.backlog.front()));
        group.backlog.pop_front();
        // The stream may have told an entry twice, from two sides of a gap.
        while (!group.backlog.empty() && group.backlog.front().seq <= fresh.back().seq) {
            group.backlog.pop_front();
        }
    }
    if (!fresh.empty()) add_entries(cache, group, fresh, now);
}

void push_entries(CacheState& cache, Group& group, std::span<const LogEntry> entries) {
    if (group.shards.empty()) return;
    const Memory& memory = group.memory;
    while (!entries.empty()) {
        const auto page = entries.first(wire::page_size(entries));
        cache.port.push(batch_push(memory.gid(), memory.epoch(), page, cache.level), group.shards);
        entries = entries.subspan(page.size());
    }
}

// Nothing of the former history is served any more. Readers hear of the new epoch, open again, and
// the first of them brings the view.
void start_epoch(CacheState& cache, Group& group, Epoch epoch, Seq head) {
    const GroupId gid = group.memory.gid();
    take_held(cache, group);
    group.memory.unload(epoch, head);
    group.ticks = nullptr;
    group.backlog.clear();
    group.seen = {};
    group.unheard = {};  // Else the next answer would be believed as one heard of long ago.
    group.backlog_epoch = epoch;
    cache.pages.forget(gid);
    if (!group.shards.empty()) cache.port.head_moved(gid, epoch, head, group.shards);
}

}  // namespace stentor::cache
