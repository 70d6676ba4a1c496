// The owners' streams: what comes in order is applied and pushed; what does not is asked for.

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/planted_bugs.h"
#include "node/cache/cache_impl.h"
#include "node/cache/payloads.h"
#include "node/cache/told_changes.h"
#include "wire/frames.h"

namespace stentor::cache {

void Cache::Impl::on_items(const bus::Items& items, Time now) {
    const auto known = streams_.find(items.partition.value);
    bool broken = items.number != 1;
    if (known != streams_.end()) {
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
    streams_[items.partition.value] = {.term = items.term, .number = items.number};
    if (broken) {
        ++counts_.holes;
        on_break(items.partition);
    }
    for (const bus::Item& item : items.items) on_item(item, now);
}

void Cache::Impl::on_break(PartitionId partition) {
    for (auto& [gid, group] : groups_) {
        if (partition_of(gid) == partition) on_missed(group);
    }
    spoil_loads([&](GroupId gid) { return partition_of(gid) == partition; });
}

// Anything may have been missed: entries, changes to entries, kicks.
void Cache::Impl::on_missed(Group& group) {
    const GroupId gid = group.memory.gid();
    pages_.forget(gid);
    take_held(group);  // They are asked for again, with what changed in them.
    group.backlog.clear();
    group.memory.drop_entries();
    group.refresh = true;
    // What an owner answered before may be from before a kick that was missed.
    ++group.generation;
    if (!group.shards.empty()) fx_.recheck(gid, group.shards);
    if (group.memory.loaded()) catch_up(group);
}

// Pages on their way may be from before what was missed; also those of groups that have been
// forgotten, and may be known again when they come.
template <class Of>
void Cache::Impl::spoil_loads(Of of) {
    for (const auto& [key, id] : page_loads_) {
        if (of(key.gid)) std::get<PageLoad>(asked_.at(id)).stale = true;
    }
}

void Cache::Impl::on_item(const bus::Item& item, Time now) {
    Group* group = find(item.gid);
    if (std::holds_alternative<bus::GroupReread>(item.event)) {
        if (group != nullptr) on_missed(*group);
        return spoil_loads([&](GroupId gid) { return gid == item.gid; });
    }
    if (group == nullptr) return;
    if (const auto* member = std::get_if<bus::MemberChanged>(&item.event)) {
        return on_member_changed(*group, *member);
    }
    if (item.epoch < group->memory.epoch()) return;
    if (const auto* added = std::get_if<bus::EntriesAdded>(&item.event)) {
        if (!added->entries.empty()) on_entries(*group, item.epoch, added->entries, now);
        return;
    }
    if (const auto* changed = std::get_if<bus::EntryChanged>(&item.event)) {
        return on_entry_changed(*group, item.epoch, changed->entry);
    }
    if (const auto* change = std::get_if<bus::GroupChanged>(&item.event)) {
        return on_group_changed(*group, item.epoch, *change);
    }
    if (!group->memory.loaded() || item.epoch != group->memory.epoch()) return;
    if (const auto* tallies = std::get_if<bus::TalliesChanged>(&item.event)) {
        return on_tallies(*group, *tallies);
    }
    const bool shown = !group->shards.empty() && group->memory.members <= limits::kSmallGroup;
    if (const auto* typing = std::get_if<bus::TypingSeen>(&item.event);
        typing != nullptr && shown) {
        ticks(*group).on_typing(typing->uid);
    }
}

void Cache::Impl::on_group_changed(Group& group, Epoch epoch, const bus::GroupChanged& change) {
    Memory& memory = group.memory;
    if (memory.loaded() && epoch > memory.epoch()) {
        group.forks.push_back({.epoch = memory.epoch(), .seq = change.fork});
        if (group.forks.size() > limits::kForks) {
            // Readers of what is forgotten go by the oldest that is kept.
            group.forks[1].seq = std::min(group.forks[1].seq, group.forks[0].seq);
            group.forks.erase(group.forks.begin());
        }
        start_epoch(group, epoch, change.fork);
    }
    release(group);
    memory.settings = change.settings;
    memory.members = change.members;
    if (change.floor > memory.floor()) memory.raise_floor(change.floor, change.floor_digest);
    ticks(group).on_group_changed();
}

// Whole, each: whichever comes last is right, and a page that is read meanwhile is set right by the
// next change at the latest.
void Cache::Impl::on_tallies(Group& group, const bus::TalliesChanged& change) {
    Memory& memory = group.memory;
    for (const pb::Tally& tally : change.tallies) {
        const Seq seq{tally.seq()};
        memory.set_tally(tally);
        if (!group.shards.empty()) ticks(group).on_tally(tally);
        const auto found = pages_.find(memory.gid(), memory.epoch(), seq, memory.floor());
        if (found.page != nullptr) found.page->set_tally(tally);
        for (const auto& [key, id] : page_loads_) {
            if (key.gid != memory.gid() || seq < key.first || seq > Pages::end_of(key.first)) {
                continue;
            }
            std::get<PageLoad>(asked_.at(id)).tallies.push_back(tally);
        }
    }
}

void Cache::Impl::on_entries(Group& group, Epoch epoch, std::span<const LogEntry> entries,
                             Time now) {
    const Seq last = entries.back().seq;
    if (group.memory.loaded() && epoch > group.memory.epoch()) start_epoch(group, epoch, last);
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
        if (!group.shards.empty()) fx_.head_moved(group.memory.gid(), epoch, last, group.shards);
        return;
    }
    if (hold(group, entries, now)) return;
    add_entries(group, entries, now);
    if (!group.backlog.empty()) add_backlog(group, now);
}

// Those that are known already are passed over; those ahead of a gap wait for what is missing.
void Cache::Impl::add_entries(Group& group, std::span<const LogEntry> entries, Time now) {
    release(group);
    Memory& memory = group.memory;
    group.seen = std::max(group.seen, entries.back().seq);
    const auto next = std::ranges::find_if(
        entries, [&](const LogEntry& entry) { return entry.seq > memory.head(); });
    if (next == entries.end()) return;
    const std::span<const LogEntry> fresh{next, entries.end()};
    if (fresh.front().seq != memory.head() + 1 && !planted(Bug::cache_above_head)) {
        if (group.backlog.size() + fresh.size() > limits::kBacklogEntries) group.backlog.clear();
        group.backlog.insert(group.backlog.end(), fresh.begin(), fresh.end());
        return catch_up(group);
    }
    group.verified = now;
    for (const LogEntry& entry : fresh) memory.append(entry);
    push_entries(group, fresh);
}

void Cache::Impl::add_backlog(Group& group, Time now) {
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
    if (!fresh.empty()) add_entries(group, fresh, now);
}

void Cache::Impl::push_entries(Group& group, std::span<const LogEntry> entries) {
    if (group.shards.empty()) return;
    const Memory& memory = group.memory;
    while (!entries.empty()) {
        const auto page = entries.first(wire::page_size(entries));
        fx_.push({.gid = memory.gid(),
                  .epoch = memory.epoch(),
                  .lane = Lane::entries,
                  .first = page.front().seq,
                  .last = page.back().seq,
                  .frame = batch_frame(memory.gid(), memory.epoch(), page, level)},
                 group.shards);
        entries = entries.subspan(page.size());
    }
}

void Cache::Impl::on_entry_changed(Group& group, Epoch epoch, const LogEntry& entry) {
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
        const auto found = pages_.find(gid, memory.epoch(), entry.seq, memory.floor());
        if (found.page != nullptr) found.page->replace(entry);
    }
    // A page that is being read may have been read before this.
    for (const auto& [key, id] : page_loads_) {
        if (forgets) break;
        if (key.gid != gid || entry.seq < key.first || entry.seq > Pages::end_of(key.first))
            continue;
        std::get<PageLoad>(asked_.at(id)).changed.push_back(entry);
    }
    if (change_held(group, entry) || group.shards.empty()) return;
    fx_.push({.gid = gid,
              .epoch = memory.epoch(),
              .lane = Lane::control,
              .first = entry.seq,
              .last = entry.seq,
              .frame = changed_frame(gid, memory.epoch(), entry)},
             group.shards);
}

void Cache::Impl::on_member_changed(Group& group, const bus::MemberChanged& change) {
    if (group.memory.members != change.members) {
        group.memory.members = change.members;
        ticks(group).on_group_changed();
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
        if (change.member.overlay) fx_.overlay(gid, change.uid, group.shards);
        return;
    }
    fx_.ousted(gid, change.uid, change.member.version,
               ousted_payload(gid, change.reason, change.by), group.shards);
}

// Nothing of the former history is served any more. Readers hear of the new epoch, open again, and
// the first of them brings the view.
void Cache::Impl::start_epoch(Group& group, Epoch epoch, Seq head) {
    const GroupId gid = group.memory.gid();
    take_held(group);
    group.memory.unload(epoch, head);
    group.ticks = nullptr;
    group.backlog.clear();
    group.seen = {};
    group.unheard = {};  // Else the next answer would be believed as one heard of long ago.
    group.backlog_epoch = epoch;
    pages_.forget(gid);
    if (!group.shards.empty()) fx_.head_moved(gid, epoch, head, group.shards);
}

// ---- What was missed

void Cache::Impl::catch_up(Group& group) {
    group.wants_catch_up = true;
    if (group.catching_up != 0) return;
    group.wants_catch_up = false;
    group.catching_up = next_ask_;
    const GroupId gid = group.memory.gid();
    ask(gid, CatchUp{.gid = gid, .generation = group.generation},
        bus::AskEntries{.gid = gid,
                        .from = group.memory.head() + 1,
                        .count = static_cast<std::uint32_t>(limits::kRangeEntries)});
}

// What was told meanwhile has been put in.
void Cache::Impl::forget_changes(Group& group) {
    const bool awaited = group.view_ask != 0 || group.catching_up != 0 || !group.memory.loaded();
    if (!awaited) group.changes.clear();
}

void Cache::Impl::on_caught_up(const CatchUp& asked, Result<bus::Reply> reply, Time now) {
    Group* group = find(asked.gid);
    if (group == nullptr) return;
    group->catching_up = 0;
    // Something was missed after this was asked: it may not be in the answer.
    const bool again = std::exchange(group->wants_catch_up, false);
    Memory& memory = group->memory;
    const auto* answer = reply ? std::get_if<bus::EntriesAnswer>(&*reply) : nullptr;
    if (!memory.loaded()) return release_beyond(*group, now);
    if (answer == nullptr) {
        // Everything up to here is gone from the store: only a view can help. Else: the next tick.
        if (!reply && reply.error().code == Code::bad_range) {
            start_epoch(*group, memory.epoch(), memory.head());
        } else {
            group->wants_catch_up = true;
        }
        return release_beyond(*group, now);
    }
    // Else an entry that was changed since it was read would stay as it was: nobody tells it again.
    if (asked.generation != group->generation && answer->epoch <= memory.epoch()) {
        return catch_up(*group);
    }
    group->verified = now;
    const Seq before = memory.head();
    const bool far = answer->head > before && answer->head - before > limits::kCacheEntries;
    if (answer->epoch > memory.epoch() || (far && answer->epoch == memory.epoch())) {
        start_epoch(*group, answer->epoch, answer->head);
        return release_beyond(*group, now);
    }
    const Seq most = trusted(*group, answer->head, now);
    if (answer->epoch == memory.epoch()) add_answer(*group, *answer, most, now);
    release_reached(*group, now);
    // More than one page was missing. Without progress it waits for the next tick: an owner must
    // not be asked in a circle.
    const bool missing = memory.head() < std::max(most, group->seen);
    if (again || (missing && memory.head() > before)) return catch_up(*group);
    group->wants_catch_up = missing || most < answer->head;
    // Whoever asks for what is there, but not told yet, waits for it.
    if (most == answer->head) release_beyond(*group, now);
}

// How far an answer that ends at `head` is believed. Between the stream's last entry and one that
// only the answer knows, the stream may still say that somebody left: he would be pushed what came
// after. So the stream gets its time.
Seq Cache::Impl::trusted(Group& group, Seq head, Time now) {
    const Seq told = std::max(group.seen, group.memory.head());
    if (head <= told) return head;
    if (group.unheard <= told) {
        group.unheard = head;
        group.unheard_since = now;
    }
    return now - group.unheard_since < kStreamWithin ? told : std::min(group.unheard, head);
}

void Cache::Impl::add_answer(Group& group, const bus::EntriesAnswer& answer, Seq most, Time now) {
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
    if (!entries.empty()) add_entries(group, entries, now);
    if (!group.backlog.empty()) add_backlog(group, now);
}

// What they want is there by now, or was of a former epoch. The head of a busy group is never
// verified for good, and they must not wait for that.
void Cache::Impl::release_reached(Group& group, Time now) {
    const Memory& memory = group.memory;
    std::vector<PendingPull> later;
    for (PendingPull& pull : std::exchange(group.beyond, {})) {
        const bool reached = pull.epoch != memory.epoch() || pull.from <= memory.head();
        if (reached) {
            serve(std::move(pull), now);
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
            finish_open(group, std::move(open), now);
        }
    }
    group.opens_beyond = std::move(waiting);
}

void Cache::Impl::release_beyond(Group& group, Time now) {
    for (PendingPull& pull : std::exchange(group.beyond, {})) serve(std::move(pull), now);
    for (PendingOpen& open : std::exchange(group.opens_beyond, {})) {
        finish_open(group, std::move(open), now);
    }
}

}  // namespace stentor::cache
