#include "auth/account/budgets.h"

#include <gtest/gtest.h>

namespace stentor::account {
namespace {

constexpr UserId kAnn{1};
constexpr UserId kBob{2};

TEST(Budgets, WhoHasSpentEverythingIsToldWhenThereIsEnoughAgain) {
    Budgets budgets;
    Time now = from_ms(1'700'000'000'000);
    for (std::uint32_t spent = 0; spent < limits::kCostBurst; spent += 100) {
        ASSERT_FALSE(budgets.take(kAnn, 100, now)) << spent;
    }
    const auto wait = budgets.take(kAnn, 50, now);
    ASSERT_TRUE(wait);
    EXPECT_EQ(*wait, Millis{50 * 1'000 / limits::kCostPerSecond});
    EXPECT_FALSE(budgets.take(kBob, 50, now));
    EXPECT_TRUE(budgets.take(kAnn, 50, now + *wait - Millis{1}));
    EXPECT_FALSE(budgets.take(kAnn, 50, now + *wait));
}

TEST(Budgets, WhatAnAnswerCostBeyondIsWaitedFor) {
    Budgets budgets;
    const Time now = from_ms(1'700'000'000'000);
    budgets.charge(kAnn, limits::kCostBurst + limits::kCostPerSecond, now);
    const auto wait = budgets.take(kAnn, 1, now);
    ASSERT_TRUE(wait);
    EXPECT_GE(*wait, Millis{1'000});
    EXPECT_LE(*wait, Millis{1'000 + 1'000 / limits::kCostPerSecond});
}

TEST(Budgets, GroupsAreMadeAtARateOfTheirOwn) {
    Budgets budgets;
    const Time now = from_ms(1'700'000'000'000);
    for (int i = 0; i < limits::kGroupsMadeBurst; ++i) ASSERT_FALSE(budgets.take_group(kAnn, now));
    EXPECT_EQ(budgets.take_group(kAnn, now), limits::kGroupsMadeEvery);
    EXPECT_FALSE(budgets.take(kAnn, limits::kCostBurst, now));
    EXPECT_FALSE(budgets.take_group(kAnn, now + limits::kGroupsMadeEvery));
}

TEST(Budgets, WhoHasEverythingAgainIsForgotten) {
    Budgets budgets;
    Time now = from_ms(1'700'000'000'000);
    for (std::uint64_t uid = 1; uid <= 10'000; ++uid) {
        EXPECT_FALSE(budgets.take({uid}, 1, now));
    }
    EXPECT_FALSE(budgets.take(kAnn, limits::kCostBurst - 1, now));
    EXPECT_FALSE(budgets.take_group(kBob, now));
    now += Millis{1'000};
    for (int second = 0; second < 20; ++second) budgets.forget_whole(now);
    EXPECT_EQ(budgets.size(), 2U);
    EXPECT_TRUE(budgets.take(kAnn, limits::kCostBurst, now)) << "what is owed is not forgotten";
}

}  // namespace
}  // namespace stentor::account
