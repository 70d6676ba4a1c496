#pragma once
// One sender's rate: `burst` at once, then one every `period`, as the generic cell
// rate algorithm, which needs one time stamp and no timer.

#include <algorithm>
#include <optional>

#include "base/time.h"

namespace stentor {

struct RateLimit {
    Millis period{1'000};
    int burst{5};
};

class Rate {
public:
    // Nothing: taken. Otherwise how long to wait.
    std::optional<Millis> take(const RateLimit& limit, Time now) {
        const Time due = std::max(due_, now);
        const Time earliest = due - limit.period * (limit.burst - 1);
        if (earliest > now) return earliest - now;
        due_ = due + limit.period;
        return std::nullopt;
    }

private:
    Time due_{};  // When all of the burst will be there again, less one period.
};

}  // namespace stentor
