#include "web_push/waiting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stentor::web_push {
namespace {

using namespace std::chrono_literals;

constexpr UserId kAnn{1};
constexpr GroupId kGroup{9};
constexpr Time kStart{100'000ms};

class WaitingTest : public testing::Test {
protected:
    bool say(std::uint64_t seq, Time at, bool called = false) {
        return waiting_.add(kAnn, "phone", kGroup, {seq}, called, at);
    }
    std::vector<Notice> due(Time at) { return waiting_.take_due(at, 10); }

    Waiting waiting_{{.gather = 5s, .again = 60s}, 2};
};

TEST_F(WaitingTest, GathersWhatComesWhileTheFirstWaits) {
    say(1, kStart);
    say(2, kStart + 1s, true);
    say(3, kStart + 2s);
    EXPECT_TRUE(due(kStart + 4'999ms).empty());
    const auto notices = due(kStart + 5s);
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].newest, Seq{3});
    EXPECT_EQ(notices[0].called, Seq{2});
    EXPECT_EQ(notices[0].count, 3U);
    EXPECT_EQ(notices[0].calls, 1U);
    EXPECT_EQ(waiting_.size(), 0U);
}

TEST_F(WaitingTest, AfterOnePushTheNextWaitsUnlessItIsACall) {
    say(1, kStart);
    waiting_.told(due(kStart + 5s).at(0), kStart + 5s);
    say(2, kStart + 6s);
    EXPECT_TRUE(due(kStart + 64s).empty());
    EXPECT_EQ(waiting_.next_due(), kStart + 65s);
    say(3, kStart + 20s, true);
    EXPECT_EQ(due(kStart + 25s).size(), 1U);
}

TEST_F(WaitingTest, WhatIsTriedAgainTakesAlongWhatCameMeanwhile) {
    say(1, kStart);
    Notice notice = due(kStart + 5s).at(0);
    notice.attempts = 1;
    say(2, kStart + 6s, true);
    waiting_.put_back(std::move(notice), kStart + 30s);
    EXPECT_TRUE(due(kStart + 29s).empty()) << "not before it was to be tried again";
    say(3, kStart + 29s, true);
    const auto again = due(kStart + 30s);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].newest, Seq{3});
    EXPECT_EQ(again[0].count, 3U);
    EXPECT_EQ(again[0].attempts, 1U);
    EXPECT_EQ(again[0].since, kStart);
}

TEST_F(WaitingTest, NoMoreWaitThanMay) {
    EXPECT_TRUE(say(1, kStart));
    EXPECT_TRUE(waiting_.add(kAnn, "desk", kGroup, {1}, false, kStart));
    EXPECT_FALSE(waiting_.add(kAnn, "tablet", kGroup, {1}, false, kStart));
    EXPECT_TRUE(say(2, kStart)) << "what waits already takes the next along";
}

}  // namespace
}  // namespace stentor::web_push
