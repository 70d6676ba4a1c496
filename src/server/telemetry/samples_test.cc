#include "server/telemetry/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/telemetry/exposition.h"

namespace stentor::server {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Samples, WhatTheExpositionWritesIsReadBack) {
    const Samples samples{
        Exposition{}
            .gauge("a", "A", 7)
            .counters("b_total", "B", {{{{"code", "X"}}, 1}, {{{"code", "Y Z"}}, 2}})
            .text()};
    EXPECT_EQ(samples.value("a"), 7);
    EXPECT_EQ(samples.value("absent"), 0);
    EXPECT_THAT(samples.labelled("b_total", "code"), ElementsAre(Pair("Y Z", 2), Pair("X", 1)));
}

TEST(Samples, AQuantileIsTheBoundOfItsBucketSinceTheSampleBefore) {
    DurationCounts times;
    const auto take = [&] { return Samples{Exposition{}.histogram("t", "T", {&times}).text()}; };
    times.add(std::chrono::seconds{60});
    const Samples before = take();
    for (int i = 0; i < 98; ++i) times.add(std::chrono::microseconds{90});
    times.add(std::chrono::milliseconds{4});
    times.add(std::chrono::seconds{60});
    const Samples after = take();
    EXPECT_EQ(after.quantile(before, "t", 0.5), 0.0001);
    EXPECT_EQ(after.quantile(before, "t", 0.99), 0.005);
    EXPECT_EQ(after.quantile(before, "t", 1), 5);  // Longer than every bound.
    EXPECT_EQ(after.quantile(after, "t", 0.5), std::nullopt);
}

}  // namespace
}  // namespace stentor::server
