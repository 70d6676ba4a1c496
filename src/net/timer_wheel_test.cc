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

TEST(TimerWheel, SurvivesALongSleep) {
    TimerWheel wheel{kStart};
    wheel.schedule(1, kStart + Millis{10});
    wheel.schedule(2, kStart + Millis{20'000});
    EXPECT_THAT(fired_at(wheel, kStart + Millis{10'000'000}), UnorderedElementsAre(1U, 2U));
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
            const Time at = now + Millis{static_cast<std::int64_t>(random() % 60'000)};
            wheel.schedule(place, at);
            expected[place] = at;
        }
        now += Millis{static_cast<std::int64_t>(random() % 300)};
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
