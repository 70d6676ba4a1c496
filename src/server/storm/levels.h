#pragma once
// Storm levels from what is measured: how long passes take, how long a commit waits, how much
// memory is in use. Each of the three climbs a ladder of its own, so that who asks can tell what
// concerns one large audience (passes) from what concerns everybody (commits, memory).
//
// A ladder goes up by a step as soon as a measurement asks for it, but not faster than kRiseEvery:
// one measurement that is far off raises it by one. It comes down by one step each time that
// nothing has asked for it during `quiet`; a step is left below a lower value than it was entered
// at, so a load that stands at the border does not make it swing.
//
// Owner: the shell that measures. Thread: its own. Pure.

#include <array>
#include <cstdint>

#include "base/storm.h"
#include "base/time.h"

namespace stentor::storm {

struct Steps {
    std::array<std::uint64_t, 3> enter{};  // Ascending; from here on level 1, 2, 3.
    std::uint64_t stay_permille{1'000};    // Of the value entered at: below it the step is left.
};

class Ladder {
public:
    // Calls come in the order of `now`.
    void on_value(const Steps& steps, std::uint64_t value, Millis quiet, Time now);
    [[nodiscard]] Level level() const { return level_; }

private:
    Level level_{};
    Time moved_{};   // When the level changed last.
    Time wanted_{};  // When a measurement last asked for the level as it stands.
};

struct Load {
    Millis pass{};    // From a push to the last seat: the longest since the last measurement.
    Millis commit{};  // From a submit to its outcome, likewise.
    std::uint64_t memory_permille{};  // In use, of what may be.
};

struct LevelRule {
    Millis pass{};    // Level 1 from here on, 2 at four times, 3 at sixteen times as much.
    Millis commit{};  // Likewise.
    Millis quiet{};
    double readable_per_s{};  // Entries that a person can follow.
};

class Levels {
public:
    void on_load(const LevelRule& rule, const Load& load, Time now);

    [[nodiscard]] Level pass() const { return pass_.level(); }
    [[nodiscard]] Level commit() const { return commit_.level(); }
    [[nodiscard]] Level memory() const { return memory_.level(); }
    // What concerns every group, and what concerns those with a large audience.
    [[nodiscard]] Level of_all() const;
    [[nodiscard]] Level of_large() const;
    // Entries per second that make sense in one large group: as many as a person can follow, or as
    // the pass measured last can carry, one batch each.
    [[nodiscard]] double entries_per_s(const LevelRule& rule) const;

private:
    Ladder pass_;
    Ladder commit_;
    Ladder memory_;
    Millis last_pass_{};  // That took measurable time.
};

}  // namespace stentor::storm
