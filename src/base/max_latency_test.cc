#include "base/max_latency.h"

#include <gtest/gtest.h>

#include <optional>

namespace stentor {
namespace {

using namespace std::chrono_literals;

TEST(MaxLatency, TellsTheLongestOnceAndForgetsIt) {
    MaxLatency longest;
    longest.add(30ms);
    longest.add(70ms);
    longest.add(10ms);
    EXPECT_EQ(longest.take(), 70ms);
    EXPECT_EQ(longest.take(), 0ms);
}

TEST(MaxLatency, WhatIsUnderWayCountsWhileItLasts) {
    MaxLatency longest;
    std::optional<MaxLatency::Span> span;
    span.emplace(longest, MaxLatency::Clock::now() - 5s);
    EXPECT_GE(longest.take(), 5s);
    EXPECT_GE(longest.take(), 5s);
    span.reset();
    EXPECT_GE(longest.take(), 5s);
    EXPECT_EQ(longest.take(), 0ms);
}

}  // namespace
}  // namespace stentor
