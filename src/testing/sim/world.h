#pragma once
// What everything simulated shares: the clock, chance, the faults of this run, the counters, the
// trace and the checks. One thread, one world, one seed.

#include <deque>
#include <string>
#include <utility>

#include "testing/sim/clock.h"
#include "testing/sim/counters.h"
#include "testing/sim/faults.h"
#include "testing/sim/random.h"

namespace stentor::sim {

class Accounts;
class Checks;
class Tenancies;

// The newest events in words. Made only in a replay: a seed that fails is run once more with it.
class Trace {
public:
    explicit Trace(bool on) : on_{on} {}
    [[nodiscard]] bool on() const { return on_; }
    // `words` makes the line; it is not called when nobody wants it.
    template <class Words>
    void tell(Time now, Words&& words) {
        if (!on_) return;
        lines_.push_back(std::to_string(to_ms(now) % 100'000'000) + "  " + words());
        if (lines_.size() > kLines) lines_.pop_front();
    }
    [[nodiscard]] const std::deque<std::string>& lines() const { return lines_; }

private:
    static constexpr std::size_t kLines = 20'000;
    bool on_;
    std::deque<std::string> lines_;
};

struct World {
    World(std::uint64_t seed_of_run, bool traced)
        : seed{seed_of_run}, random{seed_of_run}, faults{Faults::drawn(random)}, trace{traced} {}

    std::uint64_t seed;
    Random random;
    Clock clock;
    Faults faults;
    Faults drawn{faults};  // As they were before all was healed.
    Counters counters;
    Trace trace;
    Checks* checks{};
    Accounts* accounts{};
    Tenancies* tenancies{};

    [[nodiscard]] Time now() const { return clock.now(); }
    void count(Seen seen) { counters.count(seen); }
    // Whether a fault happens now; counted when it does.
    bool strikes(std::uint32_t per_mille, Seen seen) {
        if (per_mille == 0 || !random.chance(per_mille)) return false;
        counters.count(seen);
        return true;
    }
    template <class Words>
    void tell(Words&& words) {
        trace.tell(clock.now(), std::forward<Words>(words));
    }
};

}  // namespace stentor::sim
