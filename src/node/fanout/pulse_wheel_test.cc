#include "node/fanout/pulse_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace stentor::fanout {
namespace {

TEST(PulseWheel, VisitsEachSlotOnceInEachPeriodAndSpreadsThem) {
    constexpr std::uint32_t kSlots = 1'003;
    PulseWheel wheel{Millis{30'000}};
    Time now = from_ms(1'000'000);
    std::vector<int> visits(kSlots);
    std::uint32_t most = 0;
    EXPECT_EQ(wheel.due(now, kSlots).last, 0U);
    for (int turn = 0; turn < 3 * 300; ++turn) {
        now += Millis{100};
        const auto due = wheel.due(now, kSlots);
        most = std::max(most, due.last - due.first);
        for (std::uint32_t slot = due.first; slot < due.last; ++slot) ++visits[slot];
    }
    EXPECT_EQ(std::ranges::count(visits, 3), kSlots);
    EXPECT_LE(most, 5U);
}

TEST(PulseWheel, ACallThatComesLateGetsAtMostOneRound) {
    PulseWheel wheel{Millis{30'000}};
    Time now = from_ms(1'000'000);
    (void)wheel.due(now, 100);
    now += Millis{10'000'000};
    const auto due = wheel.due(now, 100);
    EXPECT_EQ(due.first, 0U);
    EXPECT_EQ(due.last, 100U);
    now += Millis{15'000};
    EXPECT_EQ(wheel.due(now, 100).last, 50U);
}

TEST(PulseWheel, WhatWaitedIsCaughtUpWithALittleAtATime) {
    constexpr std::uint32_t kSlots = 1'000;
    PulseWheel wheel{Millis{30'000}};
    Time now = from_ms(1'000'000);
    (void)wheel.due(now, kSlots);
    now += Millis{29'000};
    std::vector<int> visits(kSlots);
    for (int turn = 0; turn < 20; ++turn) {
        const auto due = wheel.due(now += Millis{100}, kSlots);
        EXPECT_LE(due.last - due.first, PulseWheel::kAtOnce);
        for (std::uint32_t slot = due.first; slot < due.last; ++slot) ++visits[slot];
    }
    // The next round has begun where it would have without the wait.
    EXPECT_EQ(std::ranges::count(visits, 1), kSlots - 33);
    EXPECT_EQ(std::ranges::count(visits, 2), 33);
}

TEST(PulseWheel, SlotsMayBecomeFewerAndMore) {
    PulseWheel wheel{Millis{30'000}};
    Time now = from_ms(1'000'000);
    (void)wheel.due(now, 100);
    now += Millis{20'000};
    (void)wheel.due(now, 100);
    const auto fewer = wheel.due(now, 10);
    EXPECT_EQ(fewer.first, fewer.last);
    now += Millis{5'000};
    const auto more = wheel.due(now, 1'000);
    EXPECT_EQ(more.last, fewer.last + PulseWheel::kAtOnce);
}

}  // namespace
}  // namespace stentor::fanout
