#include "base/mailbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace stentor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Mailbox, GivesEverythingAtOnceInOrder) {
    Mailbox<int> mailbox{10};
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(mailbox.try_put(int{i}));
    std::vector<int> mails;
    mailbox.take(mails, milliseconds{0});
    EXPECT_THAT(mails, testing::ElementsAre(0, 1, 2));
}

TEST(Mailbox, RefusesBeyondItsLimitButTakesWhatMustNotBeLost) {
    Mailbox<int> mailbox{1};
    EXPECT_TRUE(mailbox.try_put(1));
    EXPECT_FALSE(mailbox.try_put(2));
    mailbox.put(3);
    std::vector<int> mails;
    mailbox.take(mails, milliseconds{0});
    EXPECT_THAT(mails, testing::ElementsAre(1, 3));
}

TEST(Mailbox, ClosingWakesTheTaker) {
    Mailbox<int> mailbox{1};
    std::jthread closer{[&] { mailbox.close(); }};
    std::vector<int> mails;
    mailbox.take(mails, seconds{60});
    EXPECT_TRUE(mails.empty());
    EXPECT_TRUE(mailbox.closed());
    EXPECT_FALSE(mailbox.try_put(1));
}

TEST(Mailbox, NothingIsLostBetweenThreads) {
    constexpr int kEach = 20'000;
    Mailbox<int> mailbox{1'000'000};
    std::vector<std::jthread> putters;
    for (int t = 0; t < 3; ++t) {
        putters.emplace_back([&] {
            for (int i = 0; i < kEach; ++i) mailbox.put(i);
        });
    }
    std::vector<int> mails;
    std::size_t taken = 0;
    while (taken < 3 * kEach) {
        mailbox.take(mails, seconds{10});
        ASSERT_FALSE(mails.empty()) << "a wake-up was lost";
        taken += mails.size();
    }
}

}  // namespace
}  // namespace stentor
