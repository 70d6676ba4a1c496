#include "node/fanout/pulse_wheel.h"

#include <algorithm>

namespace stentor::fanout {

PulseWheel::Due PulseWheel::due(Time now, std::uint32_t slots) {
    if (!started_) {
        started_ = true;
        round_began_ = now;
        return {};
    }
    const Millis elapsed = std::min<Millis>(now - round_began_, period_);
    const auto share = static_cast<std::uint64_t>(slots) *
                       static_cast<std::uint64_t>(elapsed.count()) /
                       static_cast<std::uint64_t>(period_.count());
    const auto last = std::min(static_cast<std::uint32_t>(share), next_ + kAtOnce);
    const Due due{.first = next_, .last = std::max(next_, last)};
    next_ = due.last;
    if (elapsed == period_ && next_ >= slots) {
        next_ = 0;
        round_began_ = now - round_began_ >= 2 * period_ ? now : round_began_ + period_;
    }
    return due;
}

}  // namespace stentor::fanout
