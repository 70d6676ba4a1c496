#pragma once
// Storm levels: how far what is secondary has stepped back so that messages get through. They are
// made in fanout/levels.h, and told to clients (docs/protocol.md says what each means to them).
//
// 0 all is on; 1 what is told as sums, typing and badges wait longer; 2 ordinary members of large
// groups write more slowly; 3 their new messages are refused, with a time.

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/time.h"

namespace stentor::storm {

using Level = std::uint32_t;

inline constexpr Level kCalm = 0;
inline constexpr Level kMerging = 1;
inline constexpr Level kSlowing = 2;
inline constexpr Level kRefusing = 3;
inline constexpr Level kLevels = 4;

// How long something secondary waits that waits `period` when all is calm.
constexpr Millis slowed(Millis period, Level level) {
    constexpr std::array<int, kLevels> kTimes{1, 4, 8, 16};
    return period * kTimes[std::min(level, kRefusing)];
}

}  // namespace stentor::storm
