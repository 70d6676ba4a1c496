#include "net/timer_wheel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace stentor::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Time kStart = from_ms(1'700'000'000'000);

std::vector<std::uint32_t> fired_at(TimerWheel& wheel, Time now) {
    std::vector<std::uint32_t> fired;
    wheel.advance(now, fired);
    return fired;
}

TEST(TimerWheel, FiresWhenDueAndNotBefore) {
    TimerWheel wheel{kStart};
    wheel.schedule(3, kStart + Millis{100});
    EXPECT_THAT(fired_at(wheel, kStart + Millis{99}), IsEmpty());
    EXPECT_THAT(fired_at(wheel, kStart + Millis{100} + TimerWheel::kSlot), ElementsAre(3U));
    EXPECT_EQ(wheel.due(3), Time::max());
    EXPECT_EQ(wheel.next(), std::nullopt);
}

TEST(TimerWheel, ReplacesAndCancels) {
    TimerWheel wheel{kStart};
    wheel.schedule(1, kStart + Millis{50});
    wheel.schedule(1, kStart + Millis{5'000});
    wheel.schedule(2, kStart + Millis{50});
    wheel.cancel(2);
    wheel.cancel(7);
    EXPECT_THAT(fired_at(wheel, kStart + Millis{4'000}), IsEmpty());
    EXPECT_THAT(fired_at(wheel, kStart + Millis{5'100}), ElementsAre(1U));
}

TEST(TimerWheel, KeepsWhatIsFurtherThanOneTurn) {
    TimerWheel wheel{kStart};
    wheel.schedule(1, kStart + Millis{3'600'000});
    Time now = kStart;
    while (now < kStart + Millis{3'600'000}) {
        ASSERT_THAT(fired_at(wheel, now), IsEmpty());
        ASSERT_GT(*wheel.next(), now);
        now = std::min(*wheel.next(), kStart + Millis{3'600'000});
    }
    EXPECT_THAT(fired_at(wheel, now + TimerWheel::kSlot), ElementsAre(1U));
}

TEST(TimerWheel, WhatIsHoursAwayWakesNobody) {
    constexpr Millis kTurn = TimerWheel::kSlot * TimerWheel::kSlots;
    TimerWheel wheel{kStart};
    for (std::uint32_t place = 0; place < 10'000; ++place) {
        wheel.schedule(place, kStart + Millis{7'200'000 + place});
    }
    int wakes = 0;
    Time now = kStart;
    for (; *wheel.next() < kStart + Millis{7'200'000 - kTurn.count()}; ++wakes) {
        now = *wheel.next();
        ASSERT_THAT(fired_at(wheel, now), IsEmpty());
    }
    EXPECT_LE(wakes, 7'200'000 / kTurn.count());
    EXPECT_EQ(fired_at(wheel, kStart + Millis{7'300'000}).size(), 10'000U);
}

TEST(TimerWheel, SurvivesALongSleep) {
    TimerWheel wheel{kStart};
    wheel.schedule(1, kStart + Millis{10});
    wheel.schedule(2, kStart + Millis{20'000});
    wheel.schedule(3, kStart + Millis{9'000'000});
    wheel.schedule(4, kStart + Millis{500'000'000});
    wheel.schedule(5, kStart + Millis{600'000'000});
    EXPECT_THAT(fired_at(wheel, kStart + Millis{10'000'000}), UnorderedElementsAre(1U, 2U, 3U));
    EXPECT_THAT(fired_at(wheel, kStart + Millis{550'000'000}), UnorderedElementsAre(4U));
    EXPECT_THAT(fired_at(wheel, kStart + Millis{600'000'020}), UnorderedElementsAre(5U));
}

// Against a map: nothing early, nothing later than a slot, nothing lost.
TEST(TimerWheel, AgreesWithAMap) {
    std::mt19937 random{7};
    TimerWheel wheel{kStart};
    std::map<std::uint32_t, Time> expected;
    Time now = kStart;
    for (int step = 0; step < 20'000; ++step) {
        const auto place = static_cast<std::uint32_t>(random() % 50);
        if (random() % 8 == 0) {
            wheel.cancel(place);
            expected.erase(place);
        } else {
            const std::int64_t far = random() % 4 == 0 ? 40'000'000 : 60'000;
            const Time at = now + Millis{static_cast<std::int64_t>(random()) % far};
            wheel.schedule(place, at);
            expected[place] = at;
        }
        const std::int64_t pause = random() % 500 == 0 ? 20'000'000 : 300;
        now += Millis{static_cast<std::int64_t>(random()) % pause};
        for (const std::uint32_t fired : fired_at(wheel, now)) {
            ASSERT_TRUE(expected.contains(fired));
            ASSERT_LE(expected[fired], now);
            expected.erase(fired);
        }
        for (const auto& [waiting, at] : expected) ASSERT_GT(at + 2 * TimerWheel::kSlot, now);
        ASSERT_TRUE(expected.empty() || wheel.next().has_value());
    }
}

}  // namespace
}  // namespace stentor::net
