#pragma once
// By how many members each of the newest entries was read (M39).
//
// What counts: a member has read an entry that lies above their floor and at or below their read
// position. Who came later without history does not count for what was there before them, who left
// does not count any more, and nobody counts for what they wrote themselves.
//
// Owner: Group. Cost: a few additions for each move of a position, whatever the size of the group;
// kReadBy sums when they are asked for. Positions are held as a histogram: how many cursors end at
// an entry, less how many floors.
//
// Counting begins when somebody first asks, and goes once over all member rows, in pages, in the
// order of uid. Positions go on moving meanwhile: one that moves before its row was reached is
// counted at once, and the row, which may be older, is passed over.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "store/rows.h"
#include "wire/log_entry.h"

namespace stentor::group {

// A member has read what is above `floor` and at or below `read`.
struct ReadSpan {
    Seq floor;
    Seq read;

    [[nodiscard]] bool covers(Seq seq) const { return floor < seq && seq <= read; }
};

// Of somebody who is no member: nothing.
[[nodiscard]] ReadSpan read_span(const store::MemberRow& row);

class Readers {
public:
    enum class State : std::uint8_t { unasked, counting, complete };

    [[nodiscard]] State state() const { return state_; }
    // `newest`: dense up to `head`.
    void begin(std::span<const LogEntry> newest, Seq head);
    // The rows that follow counted_to(), each as memory knows it; `last`: there are no more.
    void count(std::span<const store::MemberRow> rows, bool last);
    [[nodiscard]] UserId counted_to() const { return counted_to_; }
    void clear() { *this = {}; }

    void append(const LogEntry& entry, const ReadSpan& sender);
    void move(UserId uid, const ReadSpan& from, const ReadSpan& to);

    // One for each entry of the window. Empty until all members are counted.
    [[nodiscard]] std::map<Seq, std::uint64_t> counts() const;

private:
    struct Place {
        UserId sender;
        std::int64_t steps{};  // Cursors that end here, less floors.
    };

    [[nodiscard]] Place& at(Seq seq) { return window_[seq.value % window_.size()]; }
    [[nodiscard]] const Place& at(Seq seq) const { return window_[seq.value % window_.size()]; }
    void add(const ReadSpan& span, std::int64_t count);
    void step(Seq seq, std::int64_t count);
    void know_sender(UserId uid, const ReadSpan& span);

    State state_{State::unasked};
    std::vector<Place> window_;  // Of the kReadBy entries up to head_.
    Seq head_;
    std::unordered_map<UserId, ReadSpan> senders_;  // Of entries in the window.
    UserId counted_to_;
    std::set<UserId> moved_;  // Counted already, though their rows are still to come.
};

}  // namespace stentor::group
