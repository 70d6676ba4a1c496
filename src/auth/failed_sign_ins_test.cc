#include "auth/failed_sign_ins.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"

namespace stentor::auth {
namespace {

constexpr Time kStart = from_ms(1'700'000'000'000);

TEST(FailedSignIns, AFewAreFreeAndThenEachWaitsTwiceAsLongUpToAMinute) {
    FailedSignIns tries;
    Time now = kStart;
    for (int i = 0; i < limits::kFailedSignIns; ++i) EXPECT_TRUE(tries.take(7, now)) << i;
    Millis wait = limits::kFailedSignIn;
    for (int i = 0; i < 10; ++i) {
        const auto refused = tries.take(7, now);
        ASSERT_FALSE(refused) << i;
        EXPECT_EQ(refused.error().code, Code::rate_limited);
        EXPECT_EQ(refused.error().retry_after_ms, wait.count()) << i;
        EXPECT_FALSE(tries.take(7, now + wait - Millis{1})) << "a try too early";
        now += wait;
        EXPECT_TRUE(tries.take(7, now)) << i;
        wait = std::min(2 * wait, limits::kFailedSignInMax);
    }
    EXPECT_EQ(wait, limits::kFailedSignInMax) << "the longest was met";
    EXPECT_TRUE(tries.take(8, now)) << "another account";
    tries.succeeded(7);
    for (int i = 0; i < limits::kFailedSignIns; ++i) EXPECT_TRUE(tries.take(7, now)) << i;
    EXPECT_FALSE(tries.take(7, now));
}

TEST(FailedSignIns, OfManyAccountsTheOneTriedLongestAgoIsForgotten) {
    FailedSignIns tries{2};
    for (int i = 0; i < limits::kFailedSignIns; ++i) EXPECT_TRUE(tries.take(1, kStart));
    EXPECT_TRUE(tries.take(2, kStart));
    EXPECT_FALSE(tries.take(1, kStart)) << "it was tried last now";
    EXPECT_TRUE(tries.take(3, kStart));
    EXPECT_EQ(tries.size(), 2U);
    EXPECT_FALSE(tries.take(1, kStart)) << "the second was forgotten";
}

}  // namespace
}  // namespace stentor::auth
