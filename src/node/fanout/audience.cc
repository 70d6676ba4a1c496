#include "node/fanout/audience.h"

#include <algorithm>
#include <limits>

namespace stentor::fanout {
namespace {

// How far below the head `pushed` can still be told after a rebase.
constexpr std::uint64_t kReach = std::uint64_t{1} << 31U;

Seq base_below(Seq head) { return head.value > kReach ? head - kReach : Seq{0}; }

}  // namespace

Audience::Audience(Epoch epoch, Seq head, std::size_t seats_max)
    : seats_max_(seats_max), epoch_(epoch), head_(head), base_(base_below(head)) {}

Result<SeatIndex> Audience::join(Seat seat, Seq pushed) {
    if (seats_.size() >= seats_max_) {
        return std::unexpected(Error{Code::overloaded, "audience", seats_max_, 1'000});
    }
    advance(pushed);
    set_pushed(seat, pushed);
    seats_.push_back(seat);
    return static_cast<SeatIndex>(seats_.size() - 1);
}

std::optional<ConnectionIndex> Audience::leave(SeatIndex index) {
    const bool last = index + 1 == seats_.size();
    if (!last) seats_[index] = seats_.back();
    seats_.pop_back();
    if (last) return std::nullopt;
    return seats_[index].connection;
}

void Audience::advance(Seq head) {
    if (head <= head_) return;
    head_ = head;
    if (head_ - base_ > std::numeric_limits<std::uint32_t>::max()) rebase();
}

void Audience::restart(Epoch epoch, Seq head) {
    epoch_ = epoch;
    head_ = head;
    base_ = base_below(head);
    for (Seat& seat : seats_) {
        seat.pushed = 0;
        seat.behind = 1;
        seat.owes_head = 1;
    }
}

void Audience::set_pushed(Seat& seat, Seq pushed) {
    if (pushed < base_) {
        seat.pushed = 0;
        seat.behind = 1;
        seat.owes_head = 1;
        return;
    }
    seat.pushed = static_cast<std::uint32_t>(pushed - base_);
}

// Once in two thousand million entries: walking all seats then costs nothing in the mean.
void Audience::rebase() {
    const Seq former = base_;
    base_ = base_below(head_);
    for (Seat& seat : seats_) set_pushed(seat, former + seat.pushed);
}

}  // namespace stentor::fanout
