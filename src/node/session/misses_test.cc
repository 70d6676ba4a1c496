#include "node/session/misses.h"

#include <gtest/gtest.h>

#include "node/session/miss_table.h"

namespace stentor::session {
namespace {

const Time kStart = from_ms(1'700'000'000'000);

TEST(Misses, AFewAtOnceThenOneInEachTime) {
    Misses misses;
    Time now = kStart;
    for (std::uint32_t i = 0; i < limits::kMisses; ++i) {
        EXPECT_FALSE(misses.wait(now)) << i;
        misses.charge(now);
    }
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(misses.wait(now), limits::kMissEvery) << i;
        now += *misses.wait(now);
        ASSERT_FALSE(misses.wait(now)) << i;
        misses.charge(now);
    }
    now += limits::kMissEvery * limits::kMisses;
    EXPECT_FALSE(misses.wait(now));
}

TEST(Misses, WhatWasNoMissCostsNothing) {
    Misses misses;
    for (int i = 0; i < 10'000; ++i) {
        ASSERT_FALSE(misses.wait(kStart)) << i;
        misses.charge(kStart);
        misses.pay_back();
    }
}

TEST(Misses, MoreIsNeverPaidBackThanWasCharged) {
    Misses misses;
    for (int i = 0; i < 100; ++i) misses.pay_back();
    std::uint32_t asked = 0;
    for (; !misses.wait(kStart); ++asked) misses.charge(kStart);
    EXPECT_EQ(asked, limits::kMisses);
}

TEST(Misses, ANodeRemembersThemForEachUser) {
    MissTable table;
    for (std::uint32_t i = 0; i < limits::kMisses; ++i) table.charge({1}, kStart);
    EXPECT_TRUE(table.of({1}).wait(kStart));
    EXPECT_FALSE(table.of({2}).wait(kStart));
    EXPECT_FALSE(table.of({1}).wait(kStart + limits::kMissEvery));
}

TEST(Misses, OfTwoUsersInOneSlotNeitherPaysForTheOther) {
    const auto place = [](UserId uid) { return spread(uid.value) % limits::kMissSlots; };
    UserId other{2};
    while (place(other) != place({1})) ++other.value;
    MissTable table;
    for (std::uint32_t i = 0; i < 2 * limits::kMisses; ++i) table.charge({1}, kStart);
    EXPECT_FALSE(table.of(other).wait(kStart));
    table.charge(other, kStart);
    EXPECT_FALSE(table.of(other).wait(kStart));
    EXPECT_FALSE(table.of({1}).wait(kStart));
}

}  // namespace
}  // namespace stentor::session
