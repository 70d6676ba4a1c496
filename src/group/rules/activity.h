#pragma once
// How busy one group is, and how far that slows its ordinary members down: nobody can read a
// thousand entries a second, so at one send a second each the members themselves are the storm.
//
// Owner: group::GroupState. Cost: O(1), 32 bytes.

#include <cstddef>
#include <cstdint>

#include "base/rate.h"
#include "base/time.h"

namespace stentor::rules {

struct ActivityRule {
    double entries_per_s{50};  // The target; 0: members are never slowed down.
};

class Activity {
public:
    void on_entry(const ActivityRule& rule, Time now);
    // The rate of an ordinary member just now: `limit`, or a longer period without a burst.
    [[nodiscard]] RateLimit slowed(const ActivityRule& rule, const RateLimit& limit, Time now);
    [[nodiscard]] bool slows() const { return step_ > 0; }
    [[nodiscard]] double entries_per_s(Time now) const;

private:
    void adjust(const ActivityRule& rule, Time now);

    double weight_{};  // Entries, each fading with its age; as of counted_.
    Time counted_{};
    Time stepped_{};
    std::uint8_t step_{};
};

}  // namespace stentor::rules
