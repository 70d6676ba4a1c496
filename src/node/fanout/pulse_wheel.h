#pragma once
// Whose turn it is to be pulsed: walks over a shard's connection slots once in each period, a
// little with each call, so that pulses are spread evenly and no connection needs a timer for them.

#include <cstdint>

#include "base/limits.h"
#include "base/time.h"

namespace stentor::fanout {

class PulseWheel {
public:
    static constexpr std::uint32_t kAtOnce = 256;

    explicit PulseWheel(Millis period = limits::kPulseEvery) : period_(period) {}

    // Slots [first, last) of 0..slots-1 are due. Called with the shard's present number of slots,
    // at least a few times in a period; empty on the first call. Whoever calls late catches up,
    // kAtOnce slots a call and at most a round.
    struct Due {
        std::uint32_t first{};
        std::uint32_t last{};
    };
    [[nodiscard]] Due due(Time now, std::uint32_t slots);
    // How long pulses may wait for something more urgent: a client that has heard nothing for two
    // periods takes the connection for dead.
    [[nodiscard]] Millis patience() const { return period_ / 4; }

private:
    Millis period_;
    Time round_began_{};
    std::uint32_t next_{};
    bool started_{};
};

}  // namespace stentor::fanout
