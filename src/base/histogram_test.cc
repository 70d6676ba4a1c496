#include "base/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace stentor {
namespace {

TEST(Histogram, IsExactForSmallValues) {
    Histogram histogram;
    for (std::uint64_t value = 1; value <= 60; ++value) histogram.add(value);
    EXPECT_EQ(histogram.at(0.5), 30U);
    EXPECT_EQ(histogram.at(1), 60U);
    EXPECT_EQ(histogram.at(0), 1U);
    EXPECT_EQ(histogram.min(), 1U);
    EXPECT_DOUBLE_EQ(histogram.mean(), 30.5);
}

TEST(Histogram, AgreesWithSortingWithinAPartIn64) {
    std::mt19937_64 random{7};
    std::vector<std::uint64_t> values;
    Histogram histogram;
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t value = random() >> (random() % 64U);
        values.push_back(value);
        histogram.add(value);
    }
    std::ranges::sort(values);
    for (const double part : {0.01, 0.25, 0.5, 0.9, 0.99, 0.999}) {
        const auto rank =
            static_cast<std::size_t>(std::ceil(part * static_cast<double>(values.size())));
        const auto exact = static_cast<double>(values[rank - 1]);
        EXPECT_GE(static_cast<double>(histogram.at(part)), exact);
        EXPECT_LE(static_cast<double>(histogram.at(part)), exact * (1 + 1.0 / 32) + 1);
    }
    EXPECT_EQ(histogram.max(), values.back());
}

TEST(Histogram, AddsUp) {
    Histogram low;
    Histogram high;
    low.add(10, 3);
    high.add(~std::uint64_t{0});
    low.add(high);
    EXPECT_EQ(low.count(), 4U);
    EXPECT_EQ(low.at(0.75), 10U);
    EXPECT_EQ(low.at(1), ~std::uint64_t{0});
}

TEST(Histogram, IsZeroWhenEmpty) {
    EXPECT_EQ(Histogram{}.at(0.99), 0U);
    EXPECT_EQ(Histogram{}.min(), 0U);
}

}  // namespace
}  // namespace stentor
