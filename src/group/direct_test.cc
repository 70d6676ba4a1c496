// Chats of two, and the group of announcements.

#include <gmock/gmock.h>

#include "base/group_ids.h"
#include "group/record_test_kit.h"
#include "store/verdict.h"

namespace stentor::group {
namespace {

using store::Role;

class Direct : public GroupTest {
protected:
    Direct() {
        gid = direct_gid(kAnn, kBob);
        for (const UserId uid : {kAnn, kBob}) users[uid] = {.uid = uid};
    }
    std::uint32_t open_chat(UserId uid, UserId with) {
        pb::ClientFrame frame;
        frame.mutable_open_direct()->set_uid(with.value);
        const auto request = submit(uid, std::move(frame));
        settle();
        return request;
    }
    std::uint32_t block(UserId uid, UserId whom, bool on) {
        pb::ClientFrame frame;
        frame.mutable_block_user()->set_uid(whom.value);
        frame.mutable_block_user()->set_blocked(on);
        const auto request = submit(uid, std::move(frame));
        settle();
        return request;
    }
    std::uint32_t say(UserId uid, const std::string& text) {
        const auto request = send(uid, cmid(), text);
        settle();
        return request;
    }
};

TEST_F(Direct, IsMadeAtFirstUseAndComesToTheOtherWithTheFirstMessage) {
    const auto begun = open_chat(kAnn, kBob);
    EXPECT_TRUE(answer_to(begun)->has_group_ready());
    EXPECT_EQ(head->members, 1U);
    EXPECT_FALSE(members.contains(kBob)) << "a list is not filled by who says nothing";
    say(kAnn, "hello");
    EXPECT_EQ(members[kBob].role, Role::member);
    EXPECT_EQ(members[kBob].floor, Seq{});
    EXPECT_EQ(head->members, 2U);
    EXPECT_EQ(user_logs[kBob].size(), 1U);
    const auto again = open_chat(kBob, kAnn);
    EXPECT_TRUE(answer_to(again)->has_group_ready());
    EXPECT_NE(seq_of(say(kBob, "hello")), Seq{});
    EXPECT_EQ(head->members, 2U);
}

TEST_F(Direct, ABlockKeepsEditsAndReactionsAwayAndWhatIsWrittenInTheOthersName) {
    open_chat(kAnn, kBob);
    say(kAnn, "hello");
    block(kBob, kAnn, true);
    const auto edited = edit(kAnn, {1}, 0, "hello, you");
    const auto reacted = react(kAnn, {1}, "\U0001F44D");
    items.clear();
    type(kAnn);
    settle();
    EXPECT_EQ(refusal_of(edited), Code::not_permitted);
    EXPECT_EQ(refusal_of(reacted), Code::not_permitted);
    EXPECT_TRUE(items.empty());
    pb::ClientFrame frame;
    frame.mutable_send()->set_cmid(std::string{cmid().view()});
    frame.mutable_send()->set_body("by a key");
    const auto in_their_name = submit(kAnn, std::move(frame), true, true);
    settle();
    EXPECT_EQ(refusal_of(in_their_name), Code::not_permitted);
    EXPECT_EQ(refusal_of(edit(kBob, {1}, 0, "x")), Code::not_permitted) << "not their own entry";
}

TEST_F(Direct, RefusesTheUnknownAndWhomItIsNotFor) {
    users.erase(kBob);
    EXPECT_EQ(refusal_of(open_chat(kAnn, kBob)), Code::not_found);
    EXPECT_FALSE(head);
    EXPECT_EQ(refusal_of(open_chat(kAnn, {77})), Code::bad_field);
}

TEST_F(Direct, NoneBeginsWithAnErasedAccountAndOneThatThereWasStays) {
    users[kBob].erased = true;
    EXPECT_EQ(refusal_of(open_chat(kAnn, kBob)), Code::not_found);
    EXPECT_EQ(refusal_of(block(kAnn, kBob, true)), Code::not_found);
    EXPECT_FALSE(head);
    users[kBob].erased = false;
    open_chat(kAnn, kBob);
    users[kBob].erased = true;
    EXPECT_TRUE(answer_to(open_chat(kAnn, kBob))->has_group_ready());
}

TEST_F(Direct, NobodyElseFindsItAndNobodyLeavesIt) {
    open_chat(kAnn, kBob);
    const auto stranger = join({3});
    const auto left = leave(kAnn);
    settle();
    EXPECT_EQ(refusal_of(stranger), Code::not_found);
    EXPECT_EQ(refusal_of(left), Code::not_permitted);
}

TEST_F(Direct, BlockingTakesNothingMoreFromTheOther) {
    open_chat(kAnn, kBob);
    say(kAnn, "hello");
    block(kBob, kAnn, true);
    EXPECT_EQ(refusal_of(say(kAnn, "hello?")), Code::not_permitted);
    EXPECT_NE(seq_of(say(kBob, "no")), Seq{}) << "who blocks may write";
    EXPECT_EQ(user_logs[kBob].back().event_case(), pb::UserLogEntry::kBlocked);
    EXPECT_TRUE(user_logs[kAnn].size() == 1U) << "who is blocked is not told";
    block(kBob, kAnn, false);
    EXPECT_NE(seq_of(say(kAnn, "hello")), Seq{});
}

TEST_F(Direct, ABlockTakesAwayWhatTheOtherReacted) {
    open_chat(kAnn, kBob);
    say(kAnn, "hello");
    say(kBob, "hello");
    for (const UserId uid : {kAnn, kBob}) react(uid, {1}, "\U0001F44D");
    react(kAnn, {2}, "\U0001F44D");
    settle();
    const auto blocked = block(kBob, kAnn, true);
    EXPECT_TRUE(answer_to(blocked)->has_done());
    ASSERT_EQ(reactions.size(), 1U);
    EXPECT_EQ(std::get<UserId>(*reactions.begin()), kBob) << "what one reacted oneself stays";
    EXPECT_TRUE(answer_to(block(kBob, kAnn, true))->has_done());
}

TEST_F(Direct, BlockingWorksBeforeThereIsAChat) {
    block(kBob, kAnn, true);
    open_chat(kAnn, kBob);
    EXPECT_EQ(refusal_of(say(kAnn, "hello")), Code::not_permitted);
}

TEST_F(Direct, BlockingPutsNoChatOnAnybodysList) {
    EXPECT_FALSE(answer_to(block(kBob, kAnn, true))->has_refused());
    EXPECT_EQ(head->members, 0U);
    EXPECT_FALSE(store::is_member_now(members[kBob])) << "so no list shows it";
    EXPECT_TRUE(member_events.empty());
    ASSERT_EQ(user_logs[kBob].size(), 1U);
    EXPECT_TRUE(user_logs[kBob][0].has_blocked());
    open_chat(kBob, kAnn);
    EXPECT_TRUE(members[kBob].blocked) << "an open chat lifts no block";
    say(kBob, "I write, you do not");
    EXPECT_EQ(members[kAnn].role, Role::member);
    EXPECT_EQ(refusal_of(say(kAnn, "but")), Code::not_permitted);
}

TEST_F(Direct, LiftingABlockThatThereIsNotMakesNothing) {
    EXPECT_TRUE(answer_to(block(kBob, kAnn, false))->has_done());
    EXPECT_FALSE(head);
}

TEST_F(Direct, WhoIsInTooManyGroupsOpensNoChat) {
    groups_of_everybody = limits::kGroupsPerUser;
    EXPECT_EQ(refusal_of(open_chat(kAnn, kBob)), Code::too_many_groups);
    EXPECT_FALSE(head);
}

// A note of the server waits for nobody's membership of its own.
TEST_F(Direct, NotesToOneselfAreAChatOfOne) {
    gid = direct_gid(kAnn, kAnn);
    open_chat(kAnn, kAnn);
    EXPECT_NE(seq_of(say(kAnn, "milk")), Seq{});
    EXPECT_EQ(head->members, 1U);
}

class Announcements : public GroupTest {
protected:
    Announcements() {
        gid = kBroadcastGroup;
        pb::GroupSettings settings;
        settings.set_kind(pb::GROUP_KIND_BROADCAST);
        head = store::HeadRow{.epoch = {1},
                              .digest = genesis(kBroadcastGroup),
                              .settings = settings.SerializeAsString(),
                              .version = 1};
        // What the loader makes up for an account without a row.
        members[kBob] = {.uid = kBob, .role = Role::member};
    }
    std::uint32_t announce(const std::string& text) {
        pb::ClientFrame frame;
        frame.mutable_send()->set_cmid(std::string{cmid().view()});
        frame.mutable_send()->set_body(text);
        const auto request = submit({}, std::move(frame), true, true);
        settle();
        return request;
    }
};

TEST_F(Announcements, AreWrittenByTheOperatorAndLeftByNobody) {
    EXPECT_NE(seq_of(announce("welcome")), Seq{});
    const auto said = send(kBob, cmid(), "me too");
    const auto left = leave(kBob);
    settle();
    EXPECT_EQ(refusal_of(said), Code::not_permitted);
    EXPECT_EQ(refusal_of(left), Code::not_permitted);
}

TEST_F(Announcements, AMemberGetsARowWhenHeFirstReads) {
    announce("one");
    announce("two");
    EXPECT_EQ(members[kBob].version, 0U);
    read(kBob, {2});
    settle();
    EXPECT_EQ(members[kBob].version, 1U);
    EXPECT_EQ(members[kBob].read, Seq{2});
    const auto version = head->version;
    read(kBob, {2});
    settle();
    EXPECT_EQ(head->version, version);
}

}  // namespace
}  // namespace stentor::group
