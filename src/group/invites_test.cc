// Links: whom they let in, how long, how many there are, and how they end.

#include <gmock/gmock.h>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

using store::Role;

class InvitesTest : public GroupTest {
protected:
    InvitesTest() {
        for (const UserId uid : {kAnn, kBob, kCho, kDan}) users[uid] = {.uid = uid};
        pb::GroupSettings settings;
        settings.set_join_policy(pb::JOIN_POLICY_INVITE);
        create(kAnn, false, settings);
        settle();
        for (const UserId uid : {kBob, kCho}) join_with(uid, invite(kAnn));
        change(kAnn, kBob, [](pb::ChangeMember& change) { change.set_role(pb::ROLE_ADMIN); });
    }
    std::uint32_t asked_for(UserId by, std::uint32_t uses_max = 0, Time expires = {}) {
        now += Millis{1};
        pb::ClientFrame frame;
        frame.mutable_create_invite()->set_uses_max(uses_max);
        frame.mutable_create_invite()->set_expires_ms(to_ms(expires));
        const auto request = submit(by, std::move(frame));
        settle();
        return request;
    }
    std::string invite(UserId by, std::uint32_t uses_max = 0, Time expires = {}) {
        return answer_to(asked_for(by, uses_max, expires))->invite().invite();
    }
    std::uint32_t join_with(UserId uid, const std::string& code) {
        now += Millis{1};
        pb::ClientFrame frame;
        frame.mutable_join_group()->set_invite(code);
        const auto request = submit(uid, std::move(frame));
        settle();
        return request;
    }
    bool lets_in(UserId uid, const std::string& code) {
        return answer_to(join_with(uid, code))->has_group_ready();
    }
    std::uint32_t change(UserId by, UserId uid, const auto& set) {
        now += Millis{1};
        pb::ClientFrame frame;
        frame.mutable_change_member()->set_uid(uid.value);
        set(*frame.mutable_change_member());
        const auto request = submit(by, std::move(frame));
        settle();
        return request;
    }
    void kick(UserId by, UserId uid) {
        change(by, uid, [](pb::ChangeMember& change) { change.set_kick(true); });
    }
    std::uint32_t end(UserId by, const std::string& code, bool operator_rights = false) {
        pb::ClientFrame frame;
        frame.mutable_end_invite()->set_invite(code);
        const auto request = submit(by, std::move(frame), true, operator_rights);
        settle();
        return request;
    }
    void set_policy(pb::JoinPolicy policy) {
        pb::ClientFrame frame;
        frame.mutable_configure_group()->mutable_settings()->set_join_policy(policy);
        frame.mutable_configure_group()->add_fields("join_policy");
        submit(kAnn, std::move(frame));
        settle();
    }
    void leave_memory() {
        now += limits::kGroupIdle + Millis{1};
        tick();
    }
};

TEST_F(InvitesTest, WhoWasKickedNeedsOneMadeAfterThat) {
    const std::string old = invite(kAnn);
    kick(kAnn, kCho);
    EXPECT_FALSE(lets_in(kCho, old));
    EXPECT_TRUE(lets_in(kDan, old)) << "for everybody else it is as good as before";
    EXPECT_TRUE(lets_in(kCho, invite(kAnn)));
}

TEST_F(InvitesTest, WhoWasBannedFromOutsideNeedsOneMadeAfterThat) {
    const std::string old = invite(kAnn);
    for (const bool on : {true, false}) {
        change(kAnn, kDan, [on](pb::ChangeMember& change) { change.set_ban(on); });
    }
    EXPECT_FALSE(lets_in(kDan, old));
    EXPECT_TRUE(lets_in(kDan, invite(kAnn)));
}

TEST(Invites, CountWhatIsStagedOnceAndDropNothingThatWaits) {
    Invites invites;
    const store::InviteRow made{.code = "made"};
    store::InviteRow ended{.code = "ended"};
    const std::vector<store::InviteRow> stored{ended};
    ended.ended = true;
    invites.stage(made);
    invites.stage(ended);
    EXPECT_EQ(invites.count(stored, kStart).open, 1U);
    EXPECT_TRUE(invites.count(stored, kStart).over.empty());
    EXPECT_EQ(invites.count({ended, made}, kStart).open, 1U);
    invites.set_durable("ended");
    EXPECT_EQ(invites.count(stored, kStart).over, std::vector<std::string>{"ended"});
}

TEST_F(InvitesTest, WhoLeftOfThemselvesComesBackByTheOldOne) {
    const std::string old = invite(kAnn);
    leave(kCho);
    settle();
    EXPECT_TRUE(lets_in(kCho, old));
}

TEST_F(InvitesTest, OneOfWhoLostTheRightIsVoid) {
    const std::string of_kicked = invite(kBob);
    kick(kAnn, kBob);
    EXPECT_FALSE(lets_in(kDan, of_kicked));
    join_with(kBob, invite(kAnn));
    EXPECT_FALSE(lets_in(kDan, of_kicked)) << "back, and no admin";
    change(kAnn, kBob, [](pb::ChangeMember& change) { change.set_role(pb::ROLE_ADMIN); });
    EXPECT_TRUE(lets_in(kDan, of_kicked));
}

TEST_F(InvitesTest, OneOfAnAccountThatIsClosedIsVoidAlsoPastApproval) {
    set_policy(pb::JOIN_POLICY_APPROVAL);
    const std::string code = invite(kBob);
    users[kBob].disabled = true;
    EXPECT_EQ(refusal_of(join_with(kDan, code)), Code::approval_pending);
    users[kBob].disabled = false;
    EXPECT_TRUE(lets_in(kDan, code));
}

TEST_F(InvitesTest, OneOfADemotedAdminIsVoidOutOfMemoryToo) {
    const std::string code = invite(kBob);
    change(kAnn, kBob, [](pb::ChangeMember& change) { change.set_role(pb::ROLE_MEMBER); });
    leave_memory();
    EXPECT_FALSE(lets_in(kDan, code));
}

TEST_F(InvitesTest, OneOfTheOperatorsNeedsNoMember) {
    pb::ClientFrame frame;
    frame.mutable_create_invite();
    const auto request = submit({}, std::move(frame), true, true);
    settle();
    EXPECT_TRUE(lets_in(kDan, answer_to(request)->invite().invite()));
}

TEST_F(InvitesTest, EachUseIsCounted) {
    const std::string code = invite(kAnn, 3);
    EXPECT_TRUE(lets_in(kDan, code));
    EXPECT_EQ(invites[code].uses, 1U);
    EXPECT_EQ(invites[code].uses_left, 2U);
    const std::string open = invite(kAnn);
    leave(kDan);
    settle();
    EXPECT_TRUE(lets_in(kDan, open));
    EXPECT_EQ(invites[open].uses, 1U);
    EXPECT_EQ(invites[open].made, now - Millis{1});
}

TEST_F(InvitesTest, AnAdminOrTheOperatorEndsOne) {
    const std::string one = invite(kAnn);
    EXPECT_EQ(refusal_of(end(kCho, one)), Code::not_permitted);
    EXPECT_EQ(refusal_of(end(kDan, one)), Code::not_found);
    EXPECT_TRUE(answer_to(end(kBob, one))->has_done());
    EXPECT_TRUE(answer_to(end(kBob, one))->has_done()) << "asked for twice";
    EXPECT_FALSE(lets_in(kDan, one));
    const std::string other = invite(kAnn);
    EXPECT_TRUE(answer_to(end({}, other, true))->has_done());
    EXPECT_FALSE(lets_in(kDan, other));
    const auto unknown = end(kAnn, "nope");
    EXPECT_EQ(refusal_of(unknown), Code::not_found);
    EXPECT_EQ(answer_to(unknown)->refused().field(), "end_invite.invite");
}

TEST_F(InvitesTest, AreBoundedByThoseThatAreNotOver) {
    while (invites.size() < limits::kInvitesPerGroup) {
        const std::string code = "made-" + std::to_string(invites.size());
        invites[code] = {.code = code, .by = kAnn, .made = now};
    }
    const auto refused = asked_for(kAnn);
    EXPECT_EQ(refusal_of(refused), Code::not_permitted);
    EXPECT_EQ(answer_to(refused)->refused().limit(), limits::kInvitesPerGroup);
    EXPECT_EQ(answer_to(refused)->refused().rule(), "invites_max");
    const std::string ended = invites.rbegin()->first;
    end(kAnn, ended);
    EXPECT_TRUE(answer_to(asked_for(kAnn))->has_invite());
    EXPECT_FALSE(invites.contains(ended)) << "what is over goes when another one is made";
    EXPECT_EQ(invites.size(), limits::kInvitesPerGroup);
}

}  // namespace
}  // namespace stentor::group
