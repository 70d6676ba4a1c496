#pragma once
// Storm levels: how far what is secondary has stepped back so that messages get through. They are
// made in storm/levels.h, and told to clients (docs/protocol.md says what each means to them).
//
// 0 all is on; 1 what is told as sums, typing and badges wait longer; 2 ordinary members write more
// slowly; 3 their new messages are refused, with a time. 2 and 3 concern large groups where passes
// are slow, and every group where commits or memory are the cause (safety/storm.h).

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace stentor::storm {

using Level = std::uint32_t;

inline constexpr Level kCalm = 0;
inline constexpr Level kMerging = 1;
inline constexpr Level kSlowing = 2;
inline constexpr Level kRefusing = 3;
inline constexpr Level kLevels = 4;

// What an operator may choose, the settings and the admin API alike; a level stands one place
// behind its number.
inline constexpr std::string_view kAsMeasured = "auto";
inline constexpr std::array<std::string_view, kLevels + 1> kChoices{kAsMeasured, "0", "1", "2",
                                                                    "3"};
constexpr std::string_view text_of(Level level) {
    return kChoices[std::min(level, kRefusing) + std::size_t{1}];
}
// Nothing: it names no level.
constexpr std::optional<Level> level_of(std::string_view text) {
    for (Level level = kCalm; level < kLevels; ++level) {
        if (text == text_of(level)) return level;
    }
    return std::nullopt;
}

// How long something secondary waits that waits `period` when all is calm.
constexpr Millis slowed(Millis period, Level level) {
    constexpr std::array<int, kLevels> kTimes{1, 4, 8, 16};
    return period * kTimes[std::min(level, kRefusing)];
}

}  // namespace stentor::storm
