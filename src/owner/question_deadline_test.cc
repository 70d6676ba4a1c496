#include "owner/question_deadline.h"

#include <gtest/gtest.h>

namespace stentor::owner {
namespace {

TEST(QuestionDeadline, EndsWithTheTimeLimitAndIsCounted) {
    constexpr Time kDue = from_ms(1'700'000'000'000);
    QuestionDeadline patience;
    EXPECT_FALSE(patience.is_over(kDue, kDue - Millis{60'000}));
    EXPECT_FALSE(patience.is_over(kDue, kDue));
    EXPECT_EQ(patience.dropped(), 0U);
    EXPECT_TRUE(patience.is_over(kDue, kDue + Millis{1}));
    EXPECT_EQ(patience.dropped(), 1U);
}

}  // namespace
}  // namespace stentor::owner
