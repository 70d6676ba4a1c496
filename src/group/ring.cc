#include "group/ring.h"

#include <algorithm>

#include "base/limits.h"

namespace stentor::group {

Ring::Ring(std::vector<LogEntry> newest, const Digest& before) : before_{before} {
    for (LogEntry& entry : newest) append(std::move(entry));
}

void Ring::append(LogEntry entry) {
    entries_.push_back(std::move(entry));
    if (entries_.size() <= limits::kRing) return;
    before_ = entries_.front().digest;
    entries_.pop_front();
}

void Ring::replace(const LogEntry& entry) {
    if (const auto place = place_of(entry.seq)) entries_[*place] = entry;
}

void Ring::raise_floor(Seq floor) {
    while (!entries_.empty() && entries_.front().seq <= floor) {
        before_ = entries_.front().digest;
        entries_.pop_front();
    }
}

const LogEntry* Ring::find(Seq seq) const {
    const auto place = place_of(seq);
    return place ? &entries_[*place] : nullptr;
}

// The seq is compared as well: a ring with a hole is a fault, and must not become a read of
// anything.
std::optional<std::size_t> Ring::place_of(Seq seq) const {
    if (entries_.empty() || seq < entries_.front().seq) return std::nullopt;
    const std::uint64_t place = seq - entries_.front().seq;
    if (place >= entries_.size() || entries_[place].seq != seq) return std::nullopt;
    return place;
}

const LogEntry* Ring::newest_of(UserId sender) const {
    const auto found =
        std::ranges::find(entries_.rbegin(), entries_.rend(), sender, &LogEntry::sender);
    return found == entries_.rend() ? nullptr : &*found;
}

std::optional<Seq> Ring::first() const {
    if (entries_.empty()) return std::nullopt;
    return entries_.front().seq;
}

std::optional<Seq> newest_shown(Seq floor, Seq head, std::span<const Seq> hidden) {
    if (head.value > limits::kRing) floor = std::max(floor, head - limits::kRing);
    while (head > floor && std::ranges::binary_search(hidden, head)) head = head - 1;
    return head > floor ? std::optional{head} : std::nullopt;
}

void UnreadCount::look_at(const LogEntry& entry) {
    if (complete() || entry.seq != next_) return;
    next_ = entry.seq - 1;
    if (!entry.countable || entry.recalled || entry.sender == reader_) return;
    if (!std::ranges::binary_search(hidden_, entry.seq)) ++count_;
}

bool UnreadCount::complete() const { return next_ <= cursor_ || count_ >= limits::kUnreadCap; }

}  // namespace stentor::group
