#include "node/fanout/cost.h"

#include <gtest/gtest.h>

namespace stentor::fanout {
namespace {

TEST(Cost, ContentsAreNeverDearerWhenEverybodyComesForThem) {
    for (const std::size_t bytes : {100U, 10'000U, 256U * 1'024U}) {
        EXPECT_FALSE(heads_are_cheaper(bytes, 1'000)) << bytes;
    }
}

TEST(Cost, HeadsAreCheaperWhereMuchIsWrittenAndFewComeForIt) {
    EXPECT_TRUE(heads_are_cheaper(100'000, 500));  // 40 us against half of 70.
    EXPECT_FALSE(heads_are_cheaper(70'000, 500));  // 28 us against half of 58.
    EXPECT_TRUE(heads_are_cheaper(10'000, 100));   // 4 us against a tenth of 34.
    EXPECT_FALSE(heads_are_cheaper(10'000, 130));
    EXPECT_FALSE(heads_are_cheaper(1'000, 20));  // A short batch is soon written.
}

TEST(HeadsAnswered, TellWhatPartOfTheHeadsBroughtAPull) {
    HeadsAnswered answered;
    EXPECT_EQ(answered.per_mille(), 500U);
    for (int i = 0; i < 1'000; ++i) answered.on_head();
    EXPECT_LT(answered.per_mille(), 2U);
    for (int i = 0; i < 250; ++i) answered.on_caught_up();
    EXPECT_NEAR(static_cast<double>(answered.per_mille()), 250, 2);
    for (int i = 0; i < 5'000; ++i) answered.on_caught_up();  // Of those who just opened it.
    EXPECT_GE(answered.per_mille(), 998U);
}

TEST(HeadsAnswered, WhatWasLongAgoCountsLess) {
    HeadsAnswered answered;
    for (int i = 0; i < 1'000'000; ++i) {
        answered.on_head();
        answered.on_caught_up();
    }
    for (int i = 0; i < 2'000'000; ++i) answered.on_head();
    EXPECT_LT(answered.per_mille(), 300U);
}

}  // namespace
}  // namespace stentor::fanout
