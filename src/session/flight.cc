#include "session/flight.h"

#include <algorithm>

namespace stentor::session {

bool Flight::contains(std::uint32_t request_id) const {
    return std::any_of(slots_.begin(), slots_.begin() + count_,
                       [&](const Slot& slot) { return slot.request_id == request_id; });
}

void Flight::add(std::uint32_t request_id, Time due) {
    if (base_ == Time{}) base_ = due;
    const Millis after = std::max(due - base_, Millis{0});
    const auto ticks = (after + kTick - Millis{1}) / kTick;
    slots_[count_++] = {.request_id = request_id, .due = static_cast<std::uint32_t>(ticks)};
}

bool Flight::remove(std::uint32_t request_id) {
    for (std::uint8_t i = 0; i < count_; ++i) {
        if (slots_[i].request_id != request_id) continue;
        slots_[i] = slots_[--count_];
        return true;
    }
    return false;
}

std::optional<Time> Flight::earliest() const {
    if (count_ == 0) return std::nullopt;
    const auto first = std::min_element(slots_.begin(), slots_.begin() + count_,
                                        [](const Slot& a, const Slot& b) { return a.due < b.due; });
    return due_of(*first);
}

std::uint32_t Flight::take_due(Time now) {
    for (std::uint8_t i = 0; i < count_; ++i) {
        if (due_of(slots_[i]) > now) continue;
        const std::uint32_t request_id = slots_[i].request_id;
        slots_[i] = slots_[--count_];
        return request_id;
    }
    return 0;
}

}  // namespace stentor::session
