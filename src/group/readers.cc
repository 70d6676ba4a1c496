#include "group/readers.h"

#include <algorithm>

#include "base/limits.h"

namespace stentor::group {

ReadSpan read_span(const store::MemberRow& row) {
    if (row.role == store::Role::none) return {};
    return {.floor = row.floor, .read = std::max(row.read, row.floor)};
}

void Readers::begin(std::span<const LogEntry> newest, Seq head) {
    state_ = State::counting;
    window_.assign(limits::kReadBy, {});
    head_ = head;
    const std::size_t count = std::min(newest.size(), window_.size());
    for (const LogEntry& entry : newest.last(count)) {
        at(entry.seq).sender = entry.sender;
        senders_.emplace(entry.sender, ReadSpan{});
    }
}

void Readers::count(std::span<const store::MemberRow> rows, bool last) {
    for (const store::MemberRow& row : rows) {
        counted_to_ = row.uid;
        if (moved_.contains(row.uid)) continue;
        add(read_span(row), 1);
        know_sender(row.uid, read_span(row));
    }
    moved_.erase(moved_.begin(), moved_.upper_bound(counted_to_));
    if (!last) return;
    state_ = State::complete;
    moved_.clear();
}

void Readers::append(const LogEntry& entry, const ReadSpan& sender) {
    if (state_ == State::unasked) return;
    head_ = entry.seq;
    at(entry.seq) = {.sender = entry.sender};
    senders_.insert_or_assign(entry.sender, sender);
    if (senders_.size() <= 2 * window_.size()) return;
    std::set<UserId> kept;
    for (const Place& place : window_) kept.insert(place.sender);
    std::erase_if(senders_, [&](const auto& known) { return !kept.contains(known.first); });
}

void Readers::move(UserId uid, const ReadSpan& from, const ReadSpan& to) {
    if (state_ == State::unasked) return;
    const bool is_counted = state_ == State::complete || uid <= counted_to_ || moved_.contains(uid);
    if (is_counted) {
        add(from, -1);
    } else {
        moved_.insert(uid);
    }
    add(to, 1);
    know_sender(uid, to);
}

void Readers::know_sender(UserId uid, const ReadSpan& span) {
    if (const auto known = senders_.find(uid); known != senders_.end()) known->second = span;
}

void Readers::add(const ReadSpan& span, std::int64_t count) {
    if (span.read <= span.floor) return;
    step(span.read, count);
    step(span.floor, -count);
}

// What lies below the window would say the same of all of it, and so is not held.
void Readers::step(Seq seq, std::int64_t count) {
    if (seq <= head_ && seq.value + window_.size() > head_.value) at(seq).steps += count;
}

std::map<Seq, std::uint64_t> Readers::counts() const {
    std::map<Seq, std::uint64_t> counts;
    if (state_ != State::complete) return counts;
    std::int64_t readers = 0;
    const std::size_t size = std::min<std::uint64_t>(window_.size(), head_.value);
    for (std::size_t i = 0; i < size; ++i) {
        const Seq seq = head_ - i;
        const Place& place = at(seq);
        readers += place.steps;
        const auto sender = senders_.find(place.sender);
        const bool own = sender != senders_.end() && sender->second.covers(seq);
        const std::int64_t others = readers - (own ? 1 : 0);
        counts.emplace(seq, static_cast<std::uint64_t>(std::max<std::int64_t>(others, 0)));
    }
    return counts;
}

}  // namespace stentor::group
