#include "auth/address_limiter.h"

#include <gtest/gtest.h>

namespace stentor::auth {
namespace {

constexpr Time kStart = from_ms(1'000'000);

TEST(AddressLimiter, GivesTheBurstThenOneAnInterval) {
    AddressLimiter limiter{{.per_minute = 60, .burst = 3, .addresses_max = 10}};
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.take(1, kStart));

    const auto refused = limiter.take(1, kStart + Millis{400});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::rate_limited);
    EXPECT_EQ(refused.error().retry_after_ms, 600U);

    EXPECT_TRUE(limiter.take(1, kStart + Millis{1000}));
    EXPECT_FALSE(limiter.take(1, kStart + Millis{1000}));
    EXPECT_TRUE(limiter.take(2, kStart + Millis{1000})) << "another address pays for the first";
}

TEST(AddressLimiter, RefusalsCostNothing) {
    AddressLimiter limiter{{.per_minute = 60, .burst = 1, .addresses_max = 10}};
    EXPECT_TRUE(limiter.take(1, kStart));
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(limiter.take(1, kStart + Millis{i}));
    EXPECT_TRUE(limiter.take(1, kStart + Millis{1000}));
}

TEST(AddressLimiter, NeverGrowsBeyondItsBoundAndForgetsTheQuietest) {
    AddressLimiter limiter{{.per_minute = 1, .burst = 1, .addresses_max = 3}};
    for (const std::uint64_t key : {1U, 2U, 3U}) EXPECT_TRUE(limiter.take(key, kStart));
    EXPECT_FALSE(limiter.take(1, kStart)) << "asked again, so no longer the quietest";

    EXPECT_TRUE(limiter.take(4, kStart));
    EXPECT_EQ(limiter.size(), 3U);
    EXPECT_FALSE(limiter.take(1, kStart));
    EXPECT_TRUE(limiter.take(2, kStart)) << "2 was the quietest";

    for (std::uint64_t key = 100; key < 10'000; ++key) (void)limiter.take(key, kStart);
    EXPECT_EQ(limiter.size(), 3U);
}

TEST(AddressKey, OneSubscriberIsOneKey) {
    EXPECT_NE(address_key("10.0.0.1"), address_key("10.0.0.2"));
    EXPECT_EQ(address_key("10.0.0.1"), address_key("::ffff:10.0.0.1"));
    EXPECT_EQ(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:2:ffff::9"));
    EXPECT_NE(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:3::1"));
    EXPECT_EQ(address_key("unix"), address_key(""));
}

}  // namespace
}  // namespace stentor::auth
