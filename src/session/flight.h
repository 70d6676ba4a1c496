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
    // Tenths of a second since 1970 would not fit 32 bits for long; since 2020 they do until 2033,
    // and differences stay right when they wrap.
    static constexpr Millis kTick{100};
    static std::uint32_t ticks(Time time);

    struct Slot {
        std::uint32_t request_id{};
        std::uint32_t due{};
    };
    std::array<Slot, limits::kCommandsInFlight> slots_{};
    Time base_{};  // Of the slots' `due`; the time at which the first one was added.
    std::uint8_t count_{};
};

}  // namespace stentor::session
