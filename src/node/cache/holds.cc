// Hold windows: a group can be set to gather entries for a while before they are pushed, as one
// Batch that is encoded once.
//
// What is held is not in the node's memory yet. So all that is served of the group (heads, Opened,
// Range) still ends where the pushes end, and a seat taken meanwhile is continued by the push that
// comes. Whoever is known to know more, and whatever is not the stream's next entry, ends the
// window at once: holding delays a push, it never makes anything be asked for.

#include <algorithm>
#include <utility>

#include "node/cache/cache_impl.h"

namespace stentor::cache {

// False: these are not to be held.
bool Cache::Impl::hold(Group& group, std::span<const LogEntry> entries, Time now) {
    const Memory& memory = group.memory;
    const Millis window{memory.settings.hold_ms()};
    if (window == Millis{0} || group.shards.empty() || !group.backlog.empty()) return false;
    const Seq last = group.held ? group.held->entries.back().seq : memory.head();
    const auto next =
        std::ranges::find_if(entries, [&](const LogEntry& entry) { return entry.seq > last; });
    if (next == entries.end()) return true;
    if (next->seq != last + 1) return false;

    if (!group.held) {
        group.held = std::make_unique<Held>(Held{.due = now + window});
        releases_.emplace(group.held->due, memory.gid());
    }
    Held& held = *group.held;
    held.entries.insert(held.entries.end(), next, entries.end());
    for (const LogEntry& entry : std::span{next, entries.end()}) held.bytes += entry.bytes->size();
    group.seen = std::max(group.seen, held.entries.back().seq);
    group.verified = now;
    const std::size_t wanted = memory.settings.hold_entries();
    const std::size_t most =
        wanted == 0 ? limits::kBatchEntries : std::min(wanted, limits::kBatchEntries);
    if (held.entries.size() >= most || held.bytes >= limits::kBatchBytes) release(group);
    return true;
}

void Cache::Impl::release(Group& group) {
    const std::vector<LogEntry> entries = take_held(group);
    if (entries.empty()) return;
    for (const LogEntry& entry : entries) group.memory.append(entry);
    push_entries(group, entries);
}

std::vector<LogEntry> Cache::Impl::take_held(Group& group) {
    const auto held = std::exchange(group.held, nullptr);
    if (!held) return {};
    releases_.erase({held->due, group.memory.gid()});
    return std::move(held->entries);
}

// Whether it is one that is held: then nobody has it, and it will be pushed as it is now.
bool Cache::Impl::change_held(Group& group, const LogEntry& entry) {
    if (!group.held || entry.seq <= group.memory.head()) return false;
    const auto found = std::ranges::find(group.held->entries, entry.seq, &LogEntry::seq);
    if (found == group.held->entries.end()) return false;
    if (found->revision < entry.revision) *found = entry;
    return true;
}

void Cache::Impl::on_wake(Time now) {
    while (!releases_.empty() && releases_.begin()->first <= now) {
        Group* group = find(releases_.begin()->second);
        if (group == nullptr) {
            releases_.erase(releases_.begin());
        } else {
            release(*group);
        }
    }
}

std::optional<Time> Cache::Impl::wake_at() const {
    if (releases_.empty()) return std::nullopt;
    return releases_.begin()->first;
}

}  // namespace stentor::cache
