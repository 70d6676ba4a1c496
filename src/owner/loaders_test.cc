#include "owner/loaders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <string>

namespace stentor::owner {
namespace {

using ::testing::ElementsAre;

constexpr UserId kAnn{1};
constexpr UserId kBob{2};
constexpr UserId kCho{3};
constexpr Loaders::Limits kLimits{.waiting = 1'000, .waiting_of_one = 64};

TEST(Loaders, WhoAsksOnceIsNotBehindAllThatAnotherHasAsked) {
    std::vector<std::string> order;
    std::latch held{1};
    {
        Loaders loaders{1, kLimits};
        loaders.put([&] { held.wait(); });
        for (int i = 0; i < 4; ++i) {
            ASSERT_TRUE(loaders.try_put(kAnn, [&] { order.emplace_back("ann"); }));
        }
        ASSERT_TRUE(loaders.try_put(kBob, [&] { order.emplace_back("bob"); }));
        ASSERT_TRUE(loaders.try_put(kCho, [&] { order.emplace_back("cho"); }));
        held.count_down();
    }
    EXPECT_THAT(order, ElementsAre("ann", "bob", "cho", "ann", "ann", "ann"));
}

TEST(Loaders, WhatIsNobodysTakesEveryOtherTurn) {
    std::vector<std::string> order;
    std::latch held{1};
    {
        Loaders loaders{1, kLimits};
        loaders.put([&] { held.wait(); });
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(loaders.try_put(UserId{10U + static_cast<unsigned>(i)},
                                        [&] { order.emplace_back("asked"); }));
        }
        for (int i = 0; i < 2; ++i) loaders.put([&] { order.emplace_back("load"); });
        held.count_down();
    }
    EXPECT_THAT(order, ElementsAre("asked", "load", "asked", "load", "asked"));
}

TEST(Loaders, OneUserNeverHasAllThreads) {
    std::latch release{1};
    std::atomic<int> running{0};
    std::latch others{1};
    Loaders loaders{2, kLimits};
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(loaders.try_put(kAnn, [&] {
            ++running;
            release.wait();
        }));
    }
    ASSERT_TRUE(loaders.try_put(kBob, [&] { others.count_down(); }));
    others.wait();  // Were it behind all of Ann's, it would never come.
    EXPECT_LE(running.load(), 1);
    release.count_down();
}

TEST(Loaders, OneUsersQuestionsFillOnlyTheirOwnShare) {
    std::latch held{1};
    Loaders loaders{1, {.waiting = 5, .waiting_of_one = 2}};
    std::latch begun{1};
    loaders.put([&] {
        begun.count_down();
        held.wait();
    });
    begun.wait();
    EXPECT_TRUE(loaders.try_put(kAnn, [] {}));
    EXPECT_TRUE(loaders.try_put(kAnn, [] {}));
    EXPECT_FALSE(loaders.try_put(kAnn, [] {}));
    EXPECT_TRUE(loaders.try_put(kBob, [] {}));
    EXPECT_TRUE(loaders.try_put({}, [] {}));
    EXPECT_TRUE(loaders.try_put(kCho, [] {}));
    EXPECT_EQ(loaders.waiting(), 5U);
    EXPECT_FALSE(loaders.try_put(UserId{4}, [] {}));
    EXPECT_FALSE(loaders.try_put({}, [] {}));
    held.count_down();
}

TEST(Loaders, AllThatWasPutIsCarriedOutBeforeTheEnd) {
    std::atomic<int> carried{0};
    {
        Loaders loaders{3, {.waiting = 10'000, .waiting_of_one = 10'000}};
        for (unsigned i = 0; i < 3'000; ++i) {
            ASSERT_TRUE(loaders.try_put(UserId{i % 7}, [&] { ++carried; }));
        }
    }
    EXPECT_EQ(carried.load(), 3'000);
}

}  // namespace
}  // namespace stentor::owner
