#include "server/storm/levels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include "base/limits.h"

namespace stentor::storm {
namespace {

constexpr Steps kSteps{.enter = {100, 400, 1'600}, .stay_permille = 500};
constexpr Millis kQuiet = limits::kStormQuiet;
constexpr LevelRule kRule{.pass = limits::kStormPass,
                          .commit = limits::kStormCommit,
                          .quiet = kQuiet,
                          .readable_per_s = limits::kReadablePerS};

struct LadderTest : testing::Test {
    Level after(std::uint64_t value, Millis elapsed) {
        now += elapsed;
        ladder.on_value(kSteps, value, kQuiet, now);
        return ladder.level();
    }
    Ladder ladder;
    Time now = from_ms(1'000'000);
};

TEST_F(LadderTest, GoesUpAStepAtOnceAndTheNextHalfASecondLater) {
    EXPECT_EQ(after(99, Millis{250}), 0U);
    EXPECT_EQ(after(2'000, Millis{250}), 1U);
    EXPECT_EQ(after(2'000, Millis{250}), 1U);
    EXPECT_EQ(after(2'000, Millis{250}), 2U);
    EXPECT_EQ(after(2'000, Millis{500}), 3U);
    EXPECT_EQ(after(9'000, Millis{500}), 3U);
}

TEST_F(LadderTest, OneMeasurementThatIsFarOffRaisesItByOne) {
    EXPECT_EQ(after(1'000'000, Millis{250}), 1U);
    for (int i = 0; i < 39; ++i) EXPECT_EQ(after(0, Millis{250}), 1U);
    EXPECT_EQ(after(0, Millis{250}), 0U);
}

TEST_F(LadderTest, ComesDownAStepForEachQuietTime) {
    for (int i = 0; i < 3; ++i) after(2'000, Millis{500});
    EXPECT_EQ(after(0, kQuiet - Millis{1}), 3U);
    EXPECT_EQ(after(0, Millis{1}), 2U);
    EXPECT_EQ(after(0, kQuiet - Millis{1}), 2U);
    EXPECT_EQ(after(0, Millis{1}), 1U);
    EXPECT_EQ(after(0, kQuiet), 0U);
    EXPECT_EQ(after(0, kQuiet), 0U);
}

TEST_F(LadderTest, ALoadAtTheBorderDoesNotMakeItSwing) {
    after(100, Millis{500});
    for (int i = 0; i < 200; ++i) EXPECT_EQ(after(i % 2 == 0 ? 90 : 60, Millis{500}), 1U);
}

// The whole history is kept, and every rule is asked of it anew.
struct Model {
    struct At {
        Time time;
        std::uint64_t value;
    };
    std::vector<At> seen;
    Level level{};
    Time moved{};

    void on_value(std::uint64_t value, Time now) {
        seen.push_back({now, value});
        if (level < 3 && value >= kSteps.enter[level]) {
            if (now - moved >= limits::kStormRiseEvery) move(+1, now);
            return;
        }
        if (level == 0 || now - moved < kQuiet) return;
        const std::uint64_t leave = kSteps.enter[level - 1] / 2;
        const bool wanted = std::ranges::any_of(
            seen, [&](const At& at) { return at.time > now - kQuiet && at.value >= leave; });
        if (!wanted) move(-1, now);
    }
    void move(int by, Time now) {
        level = static_cast<Level>(static_cast<int>(level) + by);
        moved = now;
    }
};

TEST(Ladder, KeepsToTheModelOverRandomHistories) {
    int highest = 0;
    for (unsigned seed = 1; seed <= 300; ++seed) {
        std::mt19937 random{seed};
        Ladder ladder;
        Model model;
        Time now = from_ms(1'000'000);
        std::uint64_t base = 0;
        for (int step = 0; step < 400; ++step) {
            now += Millis{random() % 4 == 0 ? random() % 6'000 : 250};
            if (random() % 40 == 0) base = std::array{0U, 60U, 150U, 500U, 3'000U}[random() % 5];
            const std::uint64_t value =
                base == 0 ? random() % 60 : base * (50 + random() % 100) / 100;
            const Level before = ladder.level();
            ladder.on_value(kSteps, value, kQuiet, now);
            model.on_value(value, now);
            ASSERT_EQ(ladder.level(), model.level) << "seed " << seed << ", step " << step;
            ASSERT_LE(ladder.level(), before + 1);
            ASSERT_GE(ladder.level() + 1, before);
            if (ladder.level() == 3) ++highest;
        }
    }
    EXPECT_GT(highest, 0);
}

struct LevelsTest : testing::Test {
    void load(const Load& load, int times) {
        for (int i = 0; i < times; ++i) levels.on_load(kRule, load, now += Millis{500});
    }
    Levels levels;
    Time now = from_ms(1'000'000);
};

TEST_F(LevelsTest, LongPassesConcernLargeAudiencesOnly) {
    load({.pass = Millis{32'000}}, 3);
    EXPECT_EQ(levels.of_large(), 3U);
    EXPECT_EQ(levels.of_all(), 0U);
}

TEST_F(LevelsTest, CommitsAndMemoryConcernEverybody) {
    load({.commit = Millis{1'000}}, 3);
    EXPECT_EQ(levels.of_all(), 2U);
    load({.memory_permille = limits::kStormMemoryPermille[2]}, 3);
    EXPECT_EQ(levels.of_all(), 3U);
    EXPECT_EQ(levels.of_large(), 3U);
}

TEST_F(LevelsTest, EntriesAreAsManyAsAPersonFollowsOrAPassCarries) {
    EXPECT_EQ(levels.entries_per_s(kRule), 15);
    load({.pass = Millis{100}}, 1);
    EXPECT_EQ(levels.entries_per_s(kRule), 15);
    load({.pass = Millis{40'000}}, 1);
    EXPECT_EQ(levels.entries_per_s(kRule), 5);  // A batch of 200 each 40 s.
    load({}, 4);                                // Nothing was pushed: nothing else is known.
    EXPECT_EQ(levels.entries_per_s(kRule), 5);
    load({.pass = Millis{4'000'000}}, 1);
    EXPECT_EQ(levels.entries_per_s(kRule), 1);
}

}  // namespace
}  // namespace stentor::storm
