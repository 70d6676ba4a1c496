#include "base/longest.h"

#include <gtest/gtest.h>

#include <optional>

namespace stentor {
namespace {

using namespace std::chrono_literals;

TEST(Longest, TellsTheLongestOnceAndForgetsIt) {
    Longest longest;
    longest.add(30ms);
    longest.add(70ms);
    longest.add(10ms);
    EXPECT_EQ(longest.take(), 70ms);
    EXPECT_EQ(longest.take(), 0ms);
}

TEST(Longest, WhatIsUnderWayCountsWhileItLasts) {
    Longest longest;
    std::optional<Longest::Span> span;
    span.emplace(longest, Longest::Clock::now() - 5s);
    EXPECT_GE(longest.take(), 5s);
    EXPECT_GE(longest.take(), 5s);
    span.reset();
    EXPECT_GE(longest.take(), 5s);
    EXPECT_EQ(longest.take(), 0ms);
}

}  // namespace
}  // namespace stentor
