#pragma once
// What a storm asks of a group's ordinary members, and when those come back who were refused.
//
// Owner: StormRule the partition's settings; ComeBackTimes group::GroupState. Cost: O(1).

#include <algorithm>
#include <cstdint>

#include "base/limits.h"
#include "base/storm.h"
#include "base/time.h"

namespace stentor::rules {

struct StormRule {
    storm::Level all{};    // Commits and memory: every group.
    storm::Level large{};  // Passes as well: groups of more than kSmallGroup members.
    // Aimed at in one group from kSlowing on.
    double entries_per_s{static_cast<double>(limits::kReadablePerS)};

    [[nodiscard]] storm::Level of(std::uint64_t members) const {
        return members > limits::kSmallGroup ? std::max(all, large) : all;
    }
    friend bool operator==(const StormRule&, const StormRule&) = default;
};

// Each is told a time of their own, kStormBackEvery behind the one before them: told the same one,
// a hundred thousand would come back as one wave. Whoever comes when all times up to kStormBackMax
// are given starts over at the least: more share each moment then, as evenly as before.
class ComeBackTimes {
public:
    [[nodiscard]] Millis next(Time now) {
        const bool afresh =
            next_ < now + limits::kStormBackMin || next_ > now + limits::kStormBackMax;
        if (afresh) next_ = now + limits::kStormBackMin;
        const Millis wait = next_ - now;
        next_ += limits::kStormBackEvery;
        return wait;
    }

private:
    Time next_{};
};

}  // namespace stentor::rules
