// What lists and badges of members are told who do not watch the group, and what stands in them.

#include <gmock/gmock.h>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

using store::Outcome;

constexpr const char* kThumb = "\U0001F44D";

class Moved : public GroupTest {
protected:
    Moved() : GroupTest{{.rate = {}, .staged_max = 500, .parked_max = 500}} {
        create(kAnn);
        settle();
        join(kBob);
        join(kCho);
        settle();
        write(kBob, "one");
        nudges.clear();
    }
    Seq write(UserId uid, const std::string& text) {
        const auto request = send(uid, cmid(), text);
        settle();
        return seq_of(request);
    }
    // Until the first entries have left the ring.
    void bury(UserId by) {
        for (std::size_t i = 0; i < limits::kRing; ++i) send(by, cmid(), "x");
        settle();
    }
    std::vector<bus::GroupMoved> moved() {
        std::vector<bus::GroupMoved> all;
        for (const bus::Nudge& nudge : std::exchange(nudges, {})) {
            if (const auto* one = std::get_if<bus::GroupMoved>(&nudge)) all.push_back(*one);
        }
        return all;
    }
    void configure(const std::string& name, const std::string& field) {
        pb::ClientFrame frame;
        frame.mutable_configure_group()->mutable_settings()->set_name(name);
        frame.mutable_configure_group()->add_fields(field);
        submit(kAnn, std::move(frame));
        settle();
    }
};

TEST_F(Moved, AChangeOfTheNewestEntriesIsToldToWhoDoesNotWatch) {
    recall(kBob, {1});
    EXPECT_TRUE(moved().empty()) << "it is not durable yet";
    settle();
    const auto told = moved();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].gid, kGroup);
    EXPECT_TRUE(told[0].name.empty());
    write(kBob, "two");
    EXPECT_TRUE(moved().empty());
    edit(kBob, {2}, 0, "new");
    settle();
    EXPECT_EQ(moved().size(), 1U);
}

// It was unread, perhaps, however long ago it was written; nobody's list shows an old text.
TEST_F(Moved, OfOldEntriesOnlyARecallIsTold) {
    write(kBob, "two");
    bury(kAnn);
    edit(kBob, {1}, 0, "new");
    settle();
    EXPECT_EQ(log[0].revision, 1U);
    EXPECT_TRUE(moved().empty());
    recall(kBob, {2});
    settle();
    EXPECT_EQ(moved().size(), 1U);
}

TEST_F(Moved, ANewNameIsToldAndOtherSettingsAreNot) {
    configure("Renamed", "name");
    const auto told = moved();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].name, "Renamed");
    configure("Renamed", "name");
    configure("a topic", "topic");
    EXPECT_TRUE(moved().empty());
}

TEST_F(Moved, AfterAnUnknownOutcomeBadgesAreLookedAtAgain) {
    recall(kBob, {1});
    answer_loads();
    commit_once(true, Outcome::unknown);
    settle();
    EXPECT_FALSE(moved().empty());
}

TEST_F(Moved, MyOtherDevicesAreToldOfMyReactions) {
    react(kBob, {1}, kThumb);
    settle();
    react(kBob, {1}, kThumb);  // It is so already.
    react(kBob, {1}, kThumb, true);
    settle();
    std::vector<bool> told;
    for (const bus::Nudge& nudge : nudges) {
        const auto* reaction = std::get_if<bus::ReactionMoved>(&nudge);
        if (reaction == nullptr) continue;
        EXPECT_EQ(reaction->uid, kBob);
        EXPECT_EQ(reaction->reacted.gid(), kGroup.value);
        EXPECT_EQ(reaction->reacted.epoch(), 1U);
        EXPECT_EQ(reaction->reacted.seq(), 1U);
        EXPECT_EQ(reaction->reacted.emoji(), kThumb);
        told.push_back(!reaction->reacted.remove());
    }
    EXPECT_EQ(told, (std::vector<bool>{true, false}));
}

// ---- What one hid is neither unread nor the newest for them

TEST_F(Moved, WhatAMemberHidIsNeitherUnreadNorTheirNewest) {
    write(kBob, "two");
    write(kBob, "three");
    hide(kAnn, {{2}, {3}});
    settle();
    const auto ann = open(kAnn);
    ASSERT_TRUE(ann);
    EXPECT_EQ(ann->head, Seq{3});
    EXPECT_EQ(ann->member.unread, 1U);
    ASSERT_TRUE(ann->last);
    EXPECT_EQ(ann->last->seq, Seq{1});
    EXPECT_EQ(asked_hidden, 1);

    const auto cho = open(kCho);
    ASSERT_TRUE(cho);
    EXPECT_EQ(cho->last->seq, Seq{3});
    EXPECT_EQ(asked_hidden, 1) << "they have nothing of their own there";
    hide(kAnn, {{1}});
    settle();
    EXPECT_FALSE(open(kAnn)->last);
}

TEST_F(Moved, WhatWasHiddenLongAgoIsNotUnreadEither) {
    hide(kCho, {{1}});
    settle();
    bury(kCho);
    EXPECT_EQ(open(kCho)->member.unread, 0U);
    write(kBob, "new");
    EXPECT_EQ(open(kCho)->member.unread, 1U);
}

}  // namespace
}  // namespace stentor::group
