#include "node/cache/pages.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace stentor::cache {

const LogEntry* Page::find(Seq seq) const {
    const auto entry = std::ranges::lower_bound(entries, seq, {}, &LogEntry::seq);
    return entry == entries.end() || entry->seq != seq ? nullptr : &*entry;
}

Digest Page::digest_before_seq(Seq seq) const {
    const auto entry = std::ranges::lower_bound(entries, seq, {}, &LogEntry::seq);
    return entry == entries.begin() ? digest_before : std::prev(entry)->digest;
}

void Page::replace(const LogEntry& entry) {
    const auto held = std::ranges::lower_bound(entries, entry.seq, {}, &LogEntry::seq);
    if (held == entries.end() || held->seq != entry.seq) return;
    if (entry.revision > held->revision) *held = entry;
}

void Page::set_tally(const pb::Tally& tally) {
    if (find({tally.seq()}) == nullptr) return;
    const auto held = std::ranges::find(tallies, tally.seq(), &pb::Tally::seq);
    if (held == tallies.end()) {
        tallies.push_back(tally);
    } else {
        *held = tally;
    }
}

const pb::Tally* Page::tally(Seq seq) const {
    const auto held = std::ranges::find(tallies, seq.value, &pb::Tally::seq);
    return held == tallies.end() ? nullptr : &*held;
}

Seq Pages::end_of(Seq first) {
    return Seq{((first.value - 1) / limits::kRangeEntries + 1) * limits::kRangeEntries};
}

Pages::Found Pages::find(GroupId gid, Epoch epoch, Seq seq, Seq floor) {
    const Seq aligned = end_of(seq) - (limits::kRangeEntries - 1);
    PageKey key{.gid = gid, .epoch = epoch, .first = std::max(aligned, floor + 1)};
    for (;;) {
        const auto it = by_key_.find(key);
        if (it == by_key_.end()) return {.wanted = key};
        pages_.splice(pages_.begin(), pages_, it->second);
        const Seq last = it->second->entries.back().seq;
        if (seq <= last) return {.page = &*it->second, .wanted = key};
        key.first = last + 1;
    }
}

void Pages::add(Page page) {
    if (const auto it = by_key_.find(page.key); it != by_key_.end()) {
        *it->second = std::move(page);
        return;
    }
    pages_.push_front(std::move(page));
    by_key_[pages_.front().key] = pages_.begin();
    if (by_key_.size() <= limits::kCachePages) return;
    by_key_.erase(pages_.back().key);
    pages_.pop_back();
}

void Pages::forget(GroupId gid) {
    std::erase_if(by_key_, [&](const auto& item) { return item.first.gid == gid; });
    std::erase_if(pages_, [&](const Page& page) { return page.key.gid == gid; });
}

}  // namespace stentor::cache
