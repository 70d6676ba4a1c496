#pragma once
// The seats of one group on one shard.
//
// Owner: fanout::Router. Thread: its shard's, hence no lock.
// Cost: join and leave are O(1); leaving moves the last seat into the hole, so order is not
// kept. Nothing may depend on order: a group of a million could not afford it.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/code.h"
#include "base/connections.h"
#include "base/ids.h"
#include "node/types.h"

namespace stentor::fanout {

using node::SeatIndex;

// Sixteen bytes, stored densely: a pass reads them in a row and touches nothing else.
struct Seat {
    std::int32_t descriptor{-1};
    std::uint32_t pushed{};  // Last seq written without a gap, relative to the audience's base().
    ConnectionIndex connection{};
    std::uint32_t behind : 1 {};         // Gets no content until it is caught up.
    std::uint32_t waiting : 1 {};        // Its socket took not all, or nothing: not written at all.
    std::uint32_t owes_head : 1 {};      // A Head is still to be told.
    std::uint32_t missed_change : 1 {};  // And that an entry may have changed.
    std::uint32_t deflates : 1 {};       // Its client takes compressed messages.
};
static_assert(sizeof(Seat) == 16);

class Audience {
public:
    // A seat that joins has everything up to its Opened's `reached`, hence these start there.
    Audience(Epoch epoch, Seq head, std::size_t seats_max);

    // overloaded: seats_max. The place changes when another seat leaves, see leave().
    [[nodiscard]] Result<SeatIndex> join(Seat seat, Seq pushed);
    // Who moved into the place; nothing when it was the last.
    std::optional<ConnectionIndex> leave(SeatIndex index);

    [[nodiscard]] std::span<Seat> seats() { return seats_; }
    [[nodiscard]] std::span<const Seat> seats() const { return seats_; }
    [[nodiscard]] std::size_t size() const { return seats_.size(); }

    [[nodiscard]] Epoch epoch() const { return epoch_; }
    [[nodiscard]] Seq head() const { return head_; }
    [[nodiscard]] Seq base() const { return base_; }

    // The newest seq this shard has heard of. Moves the base when `pushed` would not fit any more.
    void advance(Seq head);
    // Another history: every seat is behind until it is opened again.
    void restart(Epoch epoch, Seq head);

    [[nodiscard]] Seq pushed(const Seat& seat) const { return base_ + seat.pushed; }
    // A seat so far back that `pushed` cannot say it becomes behind.
    void set_pushed(Seat& seat, Seq pushed);

private:
    void rebase();

    std::vector<Seat> seats_;
    std::size_t seats_max_;
    Epoch epoch_;
    Seq head_;
    Seq base_;
};

}  // namespace stentor::fanout
