#include "node/cache/holds.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/limits.h"
#include "node/cache/items.h"

namespace stentor::cache {

bool hold_entries(CacheState& cache, Group& group, std::span<const LogEntry> entries, Time now) {
    const Memory& memory = group.memory;
    const Millis window{memory.settings.hold_ms()};
    if (window == Millis{0} || group.shards.empty()) return false;
    const Seq last = group.held ? group.held->entries.back().seq : memory.head();
    const auto next =
        std::ranges::find_if(entries, [&](const LogEntry& entry) { return entry.seq > last; });
    if (next == entries.end()) return true;
    if (next->seq != last + 1) return false;

    if (!group.held) {
        group.held = std::make_unique<Held>(Held{.due = now + window});
        cache.releases.emplace(group.held->due, memory.gid());
    }
    Held& held = *group.held;
    held.entries.insert(held.entries.end(), next, entries.end());
    for (const LogEntry& entry : std::span{next, entries.end()}) held.bytes += entry.bytes->size();
    group.verified = now;
    const std::size_t wanted = memory.settings.hold_entries();
    const std::size_t most =
        wanted == 0 ? limits::kBatchEntries : std::min(wanted, limits::kBatchEntries);
    const bool full = held.entries.size() >= most || held.bytes >= limits::kBatchBytes;
    if (full) release_held(cache, group);
    return true;
}

void release_held(CacheState& cache, Group& group) {
    const std::vector<LogEntry> entries = take_held(cache, group);
    if (entries.empty()) return;
    for (const LogEntry& entry : entries) group.memory.append(entry);
    push_entries(cache, group, entries);
}

std::vector<LogEntry> take_held(CacheState& cache, Group& group) {
    const auto held = std::exchange(group.held, nullptr);
    if (!held) return {};
    cache.releases.erase({held->due, group.memory.gid()});
    return std::move(held->entries);
}

bool change_held(Group& group, const LogEntry& entry) {
    if (!group.held || entry.seq <= group.memory.head()) return false;
    const auto found = std::ranges::find(group.held->entries, entry.seq, &LogEntry::seq);
    if (found == group.held->entries.end()) return false;
    if (found->revision < entry.revision) *found = entry;
    return true;
}

void Cache::on_wake(Time now) {
    CacheState& cache = *state_;
    while (!cache.releases.empty() && cache.releases.begin()->first <= now) {
        Group* group = find_group(cache, cache.releases.begin()->second);
        if (group == nullptr) {
            cache.releases.erase(cache.releases.begin());
        } else {
            release_held(cache, *group);
        }
    }
}

std::optional<Time> Cache::wake_at() const {
    if (state_->releases.empty()) return std::nullopt;
    return state_->releases.begin()->first;
}

}  // namespace stentor::cache
