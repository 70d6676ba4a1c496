// Retention: the floor moves up, never beyond the head, and digests hold above it.

#include <gmock/gmock.h>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

class KeptEntries : public GroupTest {
protected:
    void create_keeping(std::uint64_t entries, std::uint64_t seconds) {
        pb::GroupSettings settings;
        settings.set_retention_entries(entries);
        settings.set_retention_s(seconds);
        create(kAnn, true, settings);
        settle();
        join(kBob);
        settle();
    }
    void write(int count) {
        for (int i = 0; i < count; ++i) send(kAnn, cmid(), "x");
        settle();
    }
    void a_minute_later() {
        now += limits::kRetentionEvery;
        tick();
        settle();
    }
};

TEST_F(KeptEntries, AreTheNewestSoMany) {
    create_keeping(5, 0);
    tick();
    write(8);
    a_minute_later();
    EXPECT_EQ(head->floor, Seq{3});
    EXPECT_EQ(head->floor_digest, log[2].digest);
    const auto& told = std::get<bus::GroupChanged>(items.back().event);
    EXPECT_EQ(told.floor, Seq{3});
    EXPECT_EQ(told.floor_digest, log[2].digest);
    EXPECT_EQ(told.members, 2U);

    const auto view = open(kBob)->view;
    EXPECT_EQ(view->floor, Seq{3});
    EXPECT_EQ(view->newest.front().seq, Seq{4});
    EXPECT_EQ(view->digest_before, log[2].digest);
    EXPECT_EQ(opened->member.unread, 5U);
    EXPECT_EQ(opened->member.floor, Seq{3});
}

TEST_F(KeptEntries, AreTheYoungOnes) {
    create_keeping(0, 3'600);
    tick();
    write(4);
    now += Millis{3'599'000};
    write(2);
    a_minute_later();
    EXPECT_EQ(head->floor, Seq{4});
    now += Millis{10'000'000};
    open(kBob);
    tick();
    a_minute_later();
    EXPECT_EQ(head->floor, Seq{6});
    EXPECT_EQ(open(kBob)->member.unread, 0U);
    write(1);
    EXPECT_TRUE(continues(head->floor_digest, log[6]));
}

TEST_F(KeptEntries, AreAllWhereNothingIsSet) {
    create_keeping(0, 0);
    write(8);
    a_minute_later();
    a_minute_later();
    EXPECT_EQ(head->floor, Seq{});
    EXPECT_TRUE(loads.empty());
}

TEST_F(KeptEntries, AChangeBelowTheNewFloorIsAnsweredAsForAnAbsentEntry) {
    create_keeping(5, 0);
    tick();
    write(8);
    now += limits::kRetentionEvery;
    tick();
    answer_loads();  // The floor is staged, not durable.
    const auto request = recall(kAnn, {2});
    EXPECT_EQ(refusal_of(request), Code::not_found);
    settle();
    EXPECT_EQ(head->floor, Seq{3});
}

TEST_F(KeptEntries, AnUnknownOutcomeIsTriedAgain) {
    create_keeping(5, 0);
    tick();
    write(8);
    now += limits::kRetentionEvery;
    tick();
    answer_loads();
    commit_once(false, store::Outcome::unknown);
    settle();
    EXPECT_EQ(head->floor, Seq{});
    a_minute_later();
    EXPECT_EQ(head->floor, Seq{3});
}

TEST_F(KeptEntries, AnUnknownOutcomeWhileAFloorIsLookedForIsTriedAgainToo) {
    create_keeping(5, 0);
    tick();
    write(8);
    now += limits::kRetentionEvery;
    tick();
    ASSERT_EQ(loads.size(), 1U);
    send(kAnn, cmid(), "x");
    commit_once(false, store::Outcome::unknown);
    settle();
    a_minute_later();
    EXPECT_EQ(head->floor, Seq{4});
}

TEST_F(KeptEntries, AreNotLookedForByAllGroupsInTheSecondInWhichTheyCame) {
    create_keeping(5, 0);
    write(8);
    tick();
    EXPECT_TRUE(loads.empty());
    a_minute_later();
    EXPECT_EQ(head->floor, Seq{3});
}

TEST_F(KeptEntries, AGroupThatNobodySpeaksToKeepsItsRetentionWhenItIsWoken) {
    create_keeping(5, 0);
    write(8);
    now += 2 * limits::kGroupIdle;
    tick();
    EXPECT_EQ(partition().groups_in_memory(), 0U);
    partition().on_wake(kGroup, now);
    settle();
    tick();
    settle();
    EXPECT_EQ(head->floor, Seq{3});
}

}  // namespace
}  // namespace stentor::group
