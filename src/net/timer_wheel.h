#pragma once
// One deadline for each of many places, in a hashed wheel of linked lists. What is further away
// than a turn of the wheel (33 s) waits in the list of its turn, so that a million deadlines hours
// away wake nobody.
//
// Owner: a shard's loop; no lock. Cost: scheduling and taking off are O(1) and allocate nothing
// once a place was used; a deadline is looked at when it is due and when its turn begins, one
// further away than kTurns turns (9 hours) once in that time. Precision: one slot, never early.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace stentor::net {

class TimerWheel {
public:
    static constexpr std::uint32_t kSlots = 2'048;
    static constexpr Millis kSlot{16};
    static constexpr std::uint32_t kTurns = 1'024;

    explicit TimerWheel(Time now);

    // Replaces the place's former deadline. Time::max() takes it off.
    void schedule(std::uint32_t place, Time at);
    void cancel(std::uint32_t place);
    [[nodiscard]] Time due(std::uint32_t place) const;  // Time::max(): none.

    // Takes off and appends to `fired` all places that are due, in no order.
    void advance(Time now, std::vector<std::uint32_t>& fired);
    // When to call advance() next; nothing when no place has a deadline.
    [[nodiscard]] std::optional<Time> next() const;

private:
    static constexpr std::uint32_t kNone = UINT32_MAX;
    static constexpr std::uint32_t kFirst = std::uint32_t{1} << 31U;
    struct Node {  // There is one for each connection, so it is small.
        Time at = Time::max();
        std::uint32_t before = kNone;  // kFirst + slot: it is the first there. kNone: not linked.
        std::uint32_t after = kNone;
    };
    static_assert(sizeof(Node) == 16);

    [[nodiscard]] static std::int64_t tick_of(Time time) { return time.time_since_epoch() / kSlot; }
    void link(std::uint32_t place);
    void unlink(std::uint32_t place);
    void mark(std::uint32_t slot, bool filled);
    // All of one list, linked again where they are not due.
    void take(std::uint32_t slot, Time now, std::vector<std::uint32_t>& fired);

    std::int64_t tick_;  // The last one that was looked at.
    std::uint32_t count_{0};
    std::array<std::uint32_t, kSlots + kTurns> heads_;  // Of slots, then of turns.
    std::array<std::uint64_t, kSlots / 64> filled_{};   // A bit a slot.
    std::vector<Node> nodes_;
};

}  // namespace stentor::net
