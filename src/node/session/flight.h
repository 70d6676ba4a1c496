#pragma once
// The commands of one connection that are not answered yet: at most kCommandsInFlight.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/limits.h"
#include "base/time.h"

namespace stentor::session {

class Flight {
public:
    [[nodiscard]] bool contains(std::uint32_t request_id) const;
    [[nodiscard]] bool full() const { return air_ && air_->count == limits::kCommandsInFlight; }
    [[nodiscard]] bool empty() const { return air_ == nullptr; }

    // Not full, and request_id is not 0 and not in flight.
    // `rated`: it took of the rate of sends.
    void add(std::uint32_t request_id, Time due, bool rated = false);
    [[nodiscard]] bool rated(std::uint32_t request_id) const;
    // False: it was not in flight.
    bool remove(std::uint32_t request_id);

    // When the first of them is due; nothing when none is in flight. Rounded up to kTick.
    [[nodiscard]] std::optional<Time> earliest() const;
    // Removes one that is due; 0 when there is none.
    std::uint32_t take_due(Time now);

private:
    struct Slot {
        std::uint32_t request_id{};
        std::uint32_t due : 31 {};  // Tenths of a second after the base; enough for six years.
        std::uint32_t rated : 1 {};
    };
    struct Air {
        std::array<Slot, limits::kCommandsInFlight> slots{};  // The first `count` of them.
        Time base;                                            // When the first command came.
        std::uint8_t count{};

        [[nodiscard]] std::span<const Slot> used() const { return {slots.data(), count}; }
        [[nodiscard]] Time due_of(const Slot& slot) const { return base + slot.due * kTick; }
    };
    static constexpr Millis kTick{100};
    std::uint32_t land(std::size_t slot);

    std::unique_ptr<Air> air_;  // Null while nothing is in flight, which is most of the time.
};

}  // namespace stentor::session
