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
#include "wire/frames.h"

namespace stentor::cache {
namespace {

// Page loads that are under way for this part of the log.
template <class Visit>
void for_loads_of(CacheState& cache, GroupId gid, Seq seq, Visit visit) {
    for (const auto& [key, id] : cache.page_loads) {
        if (key.gid != gid || seq < key.first || seq > Pages::end_of(key.first)) continue;
        visit(std::get<PageLoad>(cache.asked.at(id)));
    }
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
        for_loads_of(cache, memory.gid(), seq,
                     [&](PageLoad& load) { load.tallies.push_back(tally); });
    }
}

void on_member_changed(CacheState& cache, Group& group, const bus::MemberChanged& change,
                       std::uint64_t version) {
    if (group.memory.members != change.members) {
        group.memory.members = change.members;
        ticks_of(group).on_group_changed();
    }
    note_member(group, change.uid, change.member, version);
    if (group.shards.empty()) return;
    const GroupId gid = group.memory.gid();
    if (change.member.role != pb::ROLE_NONE) {
        if (change.member.overlay) cache.port.overlay(gid, change.uid, group.shards);
        return;
    }
    cache.port.ousted(gid, change.uid, change.member.version,
                      ousted_payload(gid, change.reason, change.by), group.shards);
}

void apply(CacheState& cache, Group& group, const bus::GroupItem& item, Time now) {
    for (const bus::GroupEvent& event : item.events) {
        if (const auto* added = std::get_if<bus::EntriesAdded>(&event)) {
            if (added->entries.empty() || hold_entries(cache, group, added->entries, now)) continue;
            add_entries(cache, group, added->entries, now);
        } else if (const auto* changed = std::get_if<bus::EntryChanged>(&event)) {
            change_entry(cache, group, changed->entry);
        } else if (const auto* member = std::get_if<bus::MemberChanged>(&event)) {
            on_member_changed(cache, group, *member, item.to);
        } else if (const auto* change = std::get_if<bus::GroupChanged>(&event)) {
            change_group(cache, group, *change);
        }
    }
    group.version = std::max(group.version, item.to);
}

void on_beside(CacheState& cache, Group& group, const bus::GroupItem& item) {
    if (!group.memory.loaded() || item.epoch != group.memory.epoch()) return;
    for (const bus::GroupEvent& event : item.events) {
        if (const auto* tallies = std::get_if<bus::TalliesChanged>(&event)) {
            on_tallies(cache, group, *tallies);
        } else if (const auto* typing = std::get_if<bus::TypingSeen>(&event)) {
            const bool shown = !group.shards.empty() && group.memory.members <= limits::kSmallGroup;
            if (shown) ticks_of(group).on_typing(typing->uid);
        }
    }
}

Seq last_entry_of(const bus::GroupItem& item) {
    Seq last;
    for (const bus::GroupEvent& event : item.events) {
        const auto* added = std::get_if<bus::EntriesAdded>(&event);
        if (added != nullptr && !added->entries.empty()) last = added->entries.back().seq;
    }
    return last;
}

std::size_t size_of(const bus::GroupItem& item) {
    std::size_t size = 1;
    for (const bus::GroupEvent& event : item.events) {
        const auto* added = std::get_if<bus::EntriesAdded>(&event);
        if (added != nullptr) size += added->entries.size();
    }
    return size;
}

void clear_backlog(Group& group) {
    group.backlog.clear();
    group.backlog_size = 0;
}

// It may come out of order.
void keep(Group& group, std::shared_ptr<const bus::GroupItem> item) {
    auto& backlog = group.backlog;
    const bool other = !backlog.empty() && backlog.back()->epoch != item->epoch;
    if (other && backlog.back()->epoch > item->epoch) return;
    // What is dropped here is asked for with what was missed.
    if (other || group.backlog_size >= limits::kBacklogEntries) clear_backlog(group);
    group.backlog_size += size_of(*item);
    auto place = backlog.end();
    while (place != backlog.begin() && (*std::prev(place))->from > item->from) --place;
    backlog.insert(place, std::move(item));
}

void on_group_item(CacheState& cache, Group& group,
                   const std::shared_ptr<const bus::GroupItem>& item, Time now) {
    const Memory& memory = group.memory;
    const Seq last = last_entry_of(*item);
    if (memory.loaded() && item->epoch > memory.epoch()) {
        start_epoch(cache, group, item->epoch, last == Seq{} ? memory.head() : last);
    }
    if (!memory.loaded()) {
        // Kept for the view that is on its way; readers of a former epoch open again.
        keep(group, item);
        if (last != Seq{} && !group.shards.empty())
            cache.port.head_moved(memory.gid(), item->epoch, last, group.shards);
        return;
    }
    if (item->to <= group.version && !planted(Bug::repeat_applied)) return;
    if (item->from > group.version && !planted(Bug::gap_applied)) {
        ++cache.counts.holes;
        if (planted(Bug::contents_in_hole)) apply(cache, group, {.events = item->events}, now);
        keep(group, item);
        if (planted(Bug::cache_above_head)) tell_head(cache, group);
        return catch_up(cache, group);
    }
    apply(cache, group, *item, now);
    if (!group.backlog.empty() && !apply_backlog(cache, group, now)) catch_up(cache, group);
}

}  // namespace

void Cache::on_items(const bus::Items& items, Time now) {
    CacheState& cache = *state_;
    for (const auto& item : items.items) {
        const bool former = is_former_owner(cache, item->gid, item->epoch, items.term);
        Group* group = find_group(cache, item->gid);
        if (group == nullptr || item->epoch < group->memory.epoch()) continue;
        // What an owner committed is true also once they have been replaced; their sums are not.
        if (item->to != 0) {
            on_group_item(cache, *group, item, now);
        } else if (!former) {
            on_beside(cache, *group, *item);
        }
    }
}

bool apply_backlog(CacheState& cache, Group& group, Time now) {
    while (!group.backlog.empty()) {
        const std::shared_ptr<const bus::GroupItem> item = group.backlog.front();
        const bool other = item->epoch != group.memory.epoch();
        if (!other && item->from > group.version) return false;
        group.backlog_size -= size_of(*item);
        group.backlog.pop_front();
        if (!other && item->to > group.version) apply(cache, group, *item, now);
    }
    return true;
}

void add_entries(CacheState& cache, Group& group, std::span<const LogEntry> entries, Time now) {
    release_held(cache, group);
    Memory& memory = group.memory;
    const auto next = std::ranges::find_if(
        entries, [&](const LogEntry& entry) { return entry.seq > memory.head(); });
    if (next == entries.end()) return;
    const std::span<const LogEntry> fresh{next, entries.end()};
    if (fresh.front().seq != memory.head() + 1 && !planted(Bug::gap_applied)) return;
    group.verified = now;
    for (const LogEntry& entry : fresh) memory.append(entry);
    push_entries(cache, group, fresh);
}

void change_entry(CacheState& cache, Group& group, const LogEntry& entry) {
    Memory& memory = group.memory;
    const GroupId gid = memory.gid();
    if (!planted(Bug::stale_cache_after_recall)) {
        memory.replace(entry);
        const auto found = cache.pages.find(gid, memory.epoch(), entry.seq, memory.floor());
        if (found.page != nullptr) found.page->replace(entry);
    }
    // A page that is being read may have been read before this.
    if (!planted(Bug::old_revision_for_good)) {
        for_loads_of(cache, gid, entry.seq, [&](PageLoad& load) { load.changed.push_back(entry); });
    }
    if (change_held(group, entry) || group.shards.empty()) return;
    cache.port.push(changed_push(gid, memory.epoch(), entry), group.shards);
}

void change_group(CacheState& cache, Group& group, const bus::GroupChanged& change) {
    Memory& memory = group.memory;
    release_held(cache, group);
    memory.settings = change.settings;
    memory.members = change.members;
    if (change.floor > memory.floor()) memory.raise_floor(change.floor, change.floor_digest);
    ticks_of(group).on_group_changed();
}

void note_member(Group& group, UserId uid, const bus::MemberView& member, std::uint64_t version) {
    if (group.opens_in_flight == 0) return;
    if (group.told.size() >= limits::kWaitersPerLoad) {
        group.told.clear();
        group.told_from = version;
    }
    bus::MemberView& told = group.told[uid];
    if (member.version >= told.version) told = member;
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

void tell_head(CacheState& cache, Group& group) {
    Seq head;
    for (const auto& item : group.backlog) head = std::max(head, last_entry_of(*item));
    if (head <= group.memory.head() || group.shards.empty()) return;
    cache.port.head_moved(group.memory.gid(), group.memory.epoch(), head, group.shards);
}

void want_pages_from(CacheState& cache, GroupId gid, std::uint64_t version) {
    for (const auto& [key, id] : cache.page_loads) {
        if (key.gid == gid) std::get<PageLoad>(cache.asked.at(id)).at_least = version;
    }
}

// Nothing of the former history is served any more. Readers hear of the new epoch, open again, and
// the first of them brings the view.
void start_epoch(CacheState& cache, Group& group, Epoch epoch, Seq head) {
    const GroupId gid = group.memory.gid();
    take_held(cache, group);
    group.memory.unload(epoch, head);
    group.version = 0;
    group.told.clear();
    group.told_from = 0;
    group.reset = nullptr;
    group.ticks = nullptr;
    clear_backlog(group);
    cache.pages.forget(gid);
    if (!group.shards.empty()) cache.port.head_moved(gid, epoch, head, group.shards);
}

}  // namespace stentor::cache
