#include "owner/question_deadline.h"

#include <gtest/gtest.h>

namespace stentor::owner {
namespace {

TEST(QuestionDeadline, EndsWithTheTimeLimitAndIsCounted) {
    constexpr Time kAsked = from_ms(1'700'000'000'000);
    QuestionDeadline patience;
    EXPECT_FALSE(patience.is_over(kAsked, kAsked));
    EXPECT_FALSE(patience.is_over(kAsked, kAsked + limits::kAskWithin));
    EXPECT_FALSE(patience.is_over(kAsked, kAsked - Millis{60'000})) << "a clock that was set back";
    EXPECT_EQ(patience.dropped(), 0U);
    EXPECT_TRUE(patience.is_over(kAsked, kAsked + limits::kAskWithin + Millis{1}));
    EXPECT_EQ(patience.dropped(), 1U);
}

}  // namespace
}  // namespace stentor::owner
