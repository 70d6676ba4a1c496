#include "fanout/pulse_wheel.h"

namespace stentor::fanout {

PulseWheel::Due PulseWheel::due(Time now, std::uint32_t slots) {
    if (!started_) {
        started_ = true;
        round_began_ = now;
        return {};
    }
    const Millis elapsed = now - round_began_;
    Due due{.first = next_};
    if (elapsed >= period_) {
        // The round ends here, also when it was to have ended long ago.
        due.last = slots;
        next_ = 0;
        round_began_ = elapsed >= 2 * period_ ? now : round_began_ + period_;
    } else {
        const auto share = static_cast<std::uint64_t>(slots) *
                           static_cast<std::uint64_t>(elapsed.count()) /
                           static_cast<std::uint64_t>(period_.count());
        due.last = static_cast<std::uint32_t>(share);
        if (due.last > next_) next_ = due.last;
    }
    if (due.last < due.first) due.last = due.first;
    return due;
}

}  // namespace stentor::fanout
