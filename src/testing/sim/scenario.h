#pragma once
// One run: a seed draws the world, its faults and its people; they live for a while under faults,
// then all is healed and everybody must come to hold everything.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "testing/sim/counters.h"

namespace stentor::sim {

struct RunResult {
    std::optional<std::string> violation;
    Counters counters;
    std::uint64_t steps{};
    std::uint64_t entries{};
    std::deque<std::string> trace;  // Empty unless it was traced.
};

// The same seed gives the same run, traced or not.
[[nodiscard]] RunResult run_seed(std::uint64_t seed, bool traced);

}  // namespace stentor::sim
