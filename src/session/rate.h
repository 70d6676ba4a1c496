#pragma once
// A token bucket in eight bytes: the time at which it will be full again says how full it is.

#include <cstdint>

#include "base/time.h"

namespace stentor::session {

class Rate {
public:
    // Zero when one was taken; otherwise how long to wait until one can be. per_s > 0, burst > 0.
    [[nodiscard]] Millis take(Time now, std::uint32_t per_s, std::uint32_t burst) {
        const Millis each{1000 / per_s + (1000 % per_s != 0 ? 1 : 0)};
        const Time full = full_at_ < now ? now : full_at_;
        const Millis wait = (full + each) - (now + each * burst);
        if (wait > Millis{0}) return wait;
        full_at_ = full + each;
        return Millis{0};
    }

private:
    Time full_at_{};
};

}  // namespace stentor::session
