#include "node/session/flight.h"

#include <algorithm>

namespace stentor::session {

bool Flight::contains(std::uint32_t request_id) const {
    return air_ &&
           std::ranges::find(air_->used(), request_id, &Slot::request_id) != air_->used().end();
}

bool Flight::rated(std::uint32_t request_id) const {
    if (!air_) return false;
    const auto slot = std::ranges::find(air_->used(), request_id, &Slot::request_id);
    return slot != air_->used().end() && slot->rated != 0;
}

void Flight::add(std::uint32_t request_id, Time due, bool rated) {
    if (!air_) air_ = std::make_unique<Air>(Air{.base = due});
    const Millis after = std::max(due - air_->base, Millis{0});
    const auto ticks = (after + kTick - Millis{1}) / kTick;
    air_->slots[air_->count++] = {.request_id = request_id,
                                  .due = static_cast<std::uint32_t>(ticks) & 0x7fffffffU,
                                  .rated = rated ? 1U : 0U};
}

// Frees the slot; its request_id.
std::uint32_t Flight::land(std::size_t slot) {
    const std::uint32_t request_id = air_->slots[slot].request_id;
    air_->slots[slot] = air_->slots[--air_->count];
    if (air_->count == 0) air_ = nullptr;
    return request_id;
}

bool Flight::remove(std::uint32_t request_id) {
    for (std::size_t i = 0; air_ && i < air_->count; ++i) {
        if (air_->slots[i].request_id != request_id) continue;
        land(i);
        return true;
    }
    return false;
}

std::optional<Time> Flight::earliest() const {
    if (!air_) return std::nullopt;
    return air_->due_of(
        *std::ranges::min_element(air_->used(), {}, [](const Slot& slot) { return slot.due; }));
}

std::uint32_t Flight::take_due(Time now) {
    for (std::size_t i = 0; air_ && i < air_->count; ++i) {
        if (air_->due_of(air_->slots[i]) <= now) return land(i);
    }
    return 0;
}

}  // namespace stentor::session
