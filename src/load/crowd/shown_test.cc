#include "load/crowd/shown.h"

#include <gtest/gtest.h>

#include <utility>

#include "load/crowd/test_log.h"

namespace stentor::crowd {
namespace {

class ShownLogTest : public testing::Test {
protected:
    [[nodiscard]] bool show(std::uint64_t first, std::uint64_t last) {
        return show(log_.batch(first, last));
    }
    [[nodiscard]] bool show(const pb::Batch& batch) {
        return shown_.show(TestLog::kGid, batch.first_seq(), batch.entries(), batch.digest());
    }

    TestLog log_{6};
    Shown shown_;
};

TEST_F(ShownLogTest, WhatContinuesIsTakenAndSeenAgainByOthers) {
    EXPECT_TRUE(show(1, 2));
    EXPECT_TRUE(show(3, 6));
    EXPECT_TRUE(show(2, 4));
    const ShownLog& all = shown_.logs().at(TestLog::kGid);
    ASSERT_EQ(all.size(), 6U);
    EXPECT_EQ(all.at(5).body, log_.entry(5).body());
    EXPECT_EQ(all.at(5).sender, log_.entry(5).sender());
}

TEST_F(ShownLogTest, AnotherBodyIsSeen) {
    pb::Batch batch = log_.batch(1, 3);
    ASSERT_TRUE(show(batch));
    batch.mutable_entries(1)->set_body("another");
    EXPECT_FALSE(show(batch));
}

TEST_F(ShownLogTest, AnotherBodyIsSeenByTheDigestEvenWhereNobodySawTheFirst) {
    pb::Batch batch = log_.batch(1, 3);
    batch.mutable_entries(1)->set_body("another");
    EXPECT_FALSE(show(batch));
}

// Digests do not cover the body of what was recalled: two who are shown different words for it have
// been shown different things.
TEST_F(ShownLogTest, TwoBodiesUnderOneDigestAreSeen) {
    TestLog recalled{3};
    recalled.recall(2);
    pb::Batch batch = recalled.batch(1, 3);
    ASSERT_TRUE(show(batch));
    batch.mutable_entries(1)->set_body("another");
    EXPECT_FALSE(show(batch));
}

TEST_F(ShownLogTest, AnotherSenderIsSeen) {
    pb::Batch batch = log_.batch(1, 3);
    ASSERT_TRUE(show(batch));
    batch.mutable_entries(2)->set_sender(77);
    EXPECT_FALSE(show(batch));
}

TEST_F(ShownLogTest, AHoleInsideIsSeen) {
    pb::Batch batch = log_.batch(1, 3);
    batch.mutable_entries()->DeleteSubrange(1, 1);
    EXPECT_FALSE(show(batch));
}

TEST_F(ShownLogTest, AHoleBeforeIsSeen) {
    ASSERT_TRUE(show(1, 2));
    EXPECT_FALSE(show(4, 5));
}

TEST_F(ShownLogTest, SwappedEntriesAreSeen) {
    pb::Batch batch = log_.batch(1, 3);
    batch.mutable_entries()->SwapElements(0, 1);
    EXPECT_FALSE(show(batch));
}

TEST_F(ShownLogTest, EntriesWithSwappedNumbersAreSeen) {
    pb::Batch batch = log_.batch(1, 3);
    batch.mutable_entries()->SwapElements(0, 1);
    batch.mutable_entries(0)->set_seq(1);
    batch.mutable_entries(1)->set_seq(2);
    EXPECT_FALSE(show(batch));
}

TEST_F(ShownLogTest, AWrongDigestIsSeen) {
    pb::Batch batch = log_.batch(1, 3);
    batch.set_digest(log_.batch(1, 2).digest());
    EXPECT_FALSE(show(batch));
}

TEST_F(ShownLogTest, TheDigestOfAHeadIsComparedWithTheEntriesThatCome) {
    ASSERT_TRUE(shown_.show_digest(TestLog::kGid, 2, log_.digest(2).view()));
    EXPECT_TRUE(show(3, 4));
    EXPECT_TRUE(shown_.show_digest(TestLog::kGid, 4, log_.digest(4).view()));
    EXPECT_FALSE(shown_.show_digest(TestLog::kGid, 4, log_.digest(5).view()));
}

TEST_F(ShownLogTest, OnlyTheNewestPushesAreFound) {
    for (std::uint64_t i = 1; i <= 9; ++i) {
        shown_.remember({std::to_string(i), TestLog::kGid, i, i});
    }
    EXPECT_EQ(shown_.find("1"), nullptr);
    ASSERT_NE(shown_.find("9"), nullptr);
    EXPECT_EQ(shown_.find("9")->last, 9U);
    EXPECT_EQ(shown_.newest(), "9");
    EXPECT_EQ(shown_.find(""), nullptr);
}

}  // namespace
}  // namespace stentor::crowd
