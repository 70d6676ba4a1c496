#pragma once
// The commands of one connection that are not answered yet: at most kCommandsInFlight.

#include <array>
#include <cstdint>
#include <optional>

#include "base/limits.h"
#include "base/time.h"

namespace stentor::session {

class Flight {
public:
    [[nodiscard]] bool contains(std::uint32_t request_id) const;
    [[nodiscard]] bool full() const { return count_ == limits::kCommandsInFlight; }
    [[nodiscard]] bool empty() const { return count_ == 0; }

    // Not full, and request_id is not 0 and not in flight.
    void add(std::uint32_t request_id, Time due);
    // False: it was not in flight.
    bool remove(std::uint32_t request_id);

    // When the first of them is due; nothing when none is in flight. Rounded up to kTick.
    [[nodiscard]] std::optional<Time> earliest() const;
    // Removes one that is due; 0 when there is none.
    std::uint32_t take_due(Time now);

private:
    struct Slot {
        std::uint32_t request_id{};
        std::uint32_t due{};  // Tenths of a second after base_; enough for thirteen years.
    };
    static constexpr Millis kTick{100};
    [[nodiscard]] Time due_of(const Slot& slot) const { return base_ + slot.due * kTick; }

    std::array<Slot, limits::kCommandsInFlight> slots_{};  // The first count_ of them.
    Time base_{};                                          // When the first command of all came.
    std::uint8_t count_{};
};

}  // namespace stentor::session
