#include "net/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace stentor::net {

TimerWheel::TimerWheel(Time now) : tick_(tick_of(now)) { heads_.fill(kNone); }

void TimerWheel::schedule(std::uint32_t place, Time at) {
    cancel(place);
    if (at == Time::max()) return;
    if (place >= nodes_.size()) nodes_.resize(place + std::size_t{1});
    nodes_[place].at = at;
    link(place);
}

void TimerWheel::cancel(std::uint32_t place) {
    if (place >= nodes_.size() || nodes_[place].before == kNone) return;
    unlink(place);
    nodes_[place].at = Time::max();
}

Time TimerWheel::due(std::uint32_t place) const {
    return place < nodes_.size() ? nodes_[place].at : Time::max();
}

// In the slot after its own, so that it is never early.
void TimerWheel::link(std::uint32_t place) {
    Node& node = nodes_[place];
    const std::int64_t tick = std::max(tick_of(node.at) + 1, tick_ + 1);
    const std::int64_t turn = std::min(tick / kSlots, tick_ / kSlots + kTurns - 1);
    const auto slot =
        static_cast<std::uint32_t>(tick - tick_ < kSlots ? tick % kSlots : kSlots + turn % kTurns);
    node.before = kFirst + slot;
    node.after = heads_[slot];
    if (node.after != kNone) nodes_[node.after].before = place;
    heads_[slot] = place;
    mark(slot, true);
    ++count_;
}

void TimerWheel::unlink(std::uint32_t place) {
    Node& node = nodes_[place];
    if (node.before < kFirst) {
        nodes_[node.before].after = node.after;
    } else {
        heads_[node.before - kFirst] = node.after;
        if (node.after == kNone) mark(node.before - kFirst, false);
    }
    if (node.after != kNone) nodes_[node.after].before = node.before;
    node.before = node.after = kNone;
    --count_;
}

void TimerWheel::mark(std::uint32_t slot, bool filled) {
    if (slot >= kSlots) return;
    const std::uint64_t bit = std::uint64_t{1} << slot % 64;
    std::uint64_t& word = filled_[slot / 64];
    word = filled ? word | bit : word & ~bit;
}

void TimerWheel::take(std::uint32_t slot, Time now, std::vector<std::uint32_t>& fired) {
    std::uint32_t place = heads_[slot];
    while (place != kNone) {
        const std::uint32_t after = nodes_[place].after;
        unlink(place);
        if (nodes_[place].at <= now) {
            nodes_[place].at = Time::max();
            fired.push_back(place);
        } else {
            link(place);
        }
        place = after;
    }
}

void TimerWheel::advance(Time now, std::vector<std::uint32_t>& fired) {
    const std::int64_t before = tick_;
    tick_ = std::max(tick_, tick_of(now));
    // After a long sleep one round through all lists shows everything.
    const std::int64_t turn = tick_ / kSlots;
    for (std::int64_t t = std::max(before / kSlots, turn - kTurns) + 1; t <= turn; ++t) {
        take(static_cast<std::uint32_t>(kSlots + t % kTurns), now, fired);
    }
    for (std::int64_t t = std::max(before, tick_ - kSlots) + 1; t <= tick_; ++t) {
        take(static_cast<std::uint32_t>(t % kSlots), now, fired);
    }
}

// The next slot with anything in it, or the next turn.
std::optional<Time> TimerWheel::next() const {
    if (count_ == 0) return std::nullopt;
    auto slot = static_cast<std::uint32_t>(tick_ % kSlots) + 1;
    while (slot < kSlots) {
        const std::uint64_t rest = filled_[slot / 64] >> slot % 64;
        if (rest != 0) {
            slot += static_cast<std::uint32_t>(std::countr_zero(rest));
            break;
        }
        slot = (slot / 64 + 1) * 64;
    }
    return Time{kSlot * (tick_ / kSlots * kSlots + slot)};
}

}  // namespace stentor::net
