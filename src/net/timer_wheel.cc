#include "net/timer_wheel.h"

#include <algorithm>

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

// In the slot after its own, so that it is never early; at the furthest one turn away, from where
// it is linked again.
void TimerWheel::link(std::uint32_t place) {
    Node& node = nodes_[place];
    const std::int64_t tick =
        std::clamp<std::int64_t>(tick_of(node.at) + 1, tick_ + 1, tick_ + kSlots - 1);
    const auto slot = static_cast<std::uint32_t>(tick % kSlots);
    node.before = kFirst + slot;
    node.after = heads_[slot];
    if (node.after != kNone) nodes_[node.after].before = place;
    heads_[slot] = place;
    ++count_;
}

void TimerWheel::unlink(std::uint32_t place) {
    Node& node = nodes_[place];
    if (node.before < kFirst) {
        nodes_[node.before].after = node.after;
    } else {
        heads_[node.before - kFirst] = node.after;
    }
    if (node.after != kNone) nodes_[node.after].before = node.before;
    node.before = node.after = kNone;
    --count_;
}

void TimerWheel::advance(Time now, std::vector<std::uint32_t>& fired) {
    const std::int64_t now_tick = tick_of(now);
    // After a long sleep one turn of the wheel shows everything.
    tick_ = std::max(tick_, now_tick - kSlots);
    while (tick_ < now_tick) {
        ++tick_;
        std::uint32_t place = heads_[static_cast<std::uint32_t>(tick_ % kSlots)];
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
}

std::optional<Time> TimerWheel::next() const {
    if (count_ == 0) return std::nullopt;
    std::int64_t tick = tick_ + 1;
    while (heads_[static_cast<std::uint32_t>(tick % kSlots)] == kNone) ++tick;
    return Time{kSlot * tick};
}

}  // namespace stentor::net
