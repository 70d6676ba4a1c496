#include "node/cache/memory.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace stentor::cache {

void Memory::install(const bus::GroupView& view) {
    drop_entries();
    members = view.members;
    settings = view.settings;
    loaded_ = true;
    epoch_ = view.epoch;
    raise_floor(view.floor, view.floor_digest);
    head_ = view.head;
    digest_ = view.digest;
    digest_before_ = view.digest_before;
    newest_.assign(view.newest.begin(), view.newest.end());
    for (const LogEntry& entry : newest_) bytes_ += entry.bytes->size();
    for (const pb::Tally& tally : view.tallies) set_tally(tally);
    trim();
}

void Memory::leap(Seq head, const Digest& digest) {
    drop_entries();
    head_ = head;
    digest_ = digest;
}

void Memory::unload(Epoch epoch, Seq head) {
    if (epoch != epoch_) floor_ = {};
    loaded_ = false;
    epoch_ = epoch;
    head_ = head;
    drop_entries();
}

void Memory::append(const LogEntry& entry) {
    if (newest_.empty()) digest_before_ = digest_;
    newest_.push_back(entry);
    bytes_ += entry.bytes->size();
    head_ = entry.seq;
    digest_ = entry.digest;
    trim();
}

void Memory::trim() {
    while (newest_.size() > limits::kCacheEntries || bytes_ > limits::kCacheBytes) {
        if (newest_.size() <= 1) return;
        digest_before_ = newest_.front().digest;
        bytes_ -= newest_.front().bytes->size();
        newest_.pop_front();
    }
}

void Memory::replace(const LogEntry& entry) {
    if (newest_.empty() || entry.seq < newest_.front().seq || entry.seq > head_) return;
    LogEntry& held = newest_[entry.seq - newest_.front().seq];
    if (entry.revision <= held.revision) return;
    bytes_ += entry.bytes->size();
    bytes_ -= held.bytes->size();
    held = entry;
}

void Memory::drop_entries() {
    newest_.clear();
    tallies_.clear();
    bytes_ = 0;
}

void Memory::set_tally(const pb::Tally& tally) {
    tallies_[tally.seq()] = tally;
    if (tallies_.size() > limits::kCacheEntries) tallies_.erase(tallies_.begin());
}

const pb::Tally* Memory::tally(Seq seq) const {
    const auto found = tallies_.find(seq.value);
    return found == tallies_.end() ? nullptr : &found->second;
}

void Memory::raise_floor(Seq floor, const Digest& digest) {
    if (floor < floor_) return;
    floor_ = floor;
    floor_digest_ = digest;
}

const LogEntry* Memory::find(Seq seq) const {
    if (newest_.empty() || seq < newest_.front().seq) return nullptr;
    const std::uint64_t place = seq - newest_.front().seq;
    return place < newest_.size() ? &newest_[place] : nullptr;
}

std::optional<Digest> Memory::digest_at(Seq seq) const {
    if (seq == head_) return digest_;
    if (seq == floor_) return floor_digest_;
    if (const LogEntry* entry = find(seq)) return entry->digest;
    if (!newest_.empty() && seq + 1 == newest_.front().seq) return digest_before_;
    return std::nullopt;
}

std::optional<std::vector<LogEntry>> Memory::since(Seq after) const {
    if (after == head_) return std::vector<LogEntry>{};
    if (find(after + 1) == nullptr) return std::nullopt;
    const auto first =
        newest_.begin() + static_cast<std::ptrdiff_t>(after + 1 - newest_.front().seq);
    return std::vector<LogEntry>(first, newest_.end());
}

std::vector<LogEntry> Memory::last(std::size_t count_max, Seq floor) const {
    std::vector<LogEntry> entries;
    std::size_t bytes = 0;
    for (auto it = newest_.rbegin(); it != newest_.rend(); ++it) {
        bytes += it->bytes->size();
        if (entries.size() == count_max || it->seq <= floor) break;
        if (!entries.empty() && bytes > limits::kRangeBytes) break;
        entries.push_back(*it);
    }
    std::ranges::reverse(entries);
    return entries;
}

}  // namespace stentor::cache
