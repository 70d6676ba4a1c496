// What is done to people: joining by all ways, kicks, bans, mutes, roles, notes; and what each of
// them is told in their own log.

#include <gmock/gmock.h>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

using store::Outcome;
using store::Role;
using testing::ElementsAre;

constexpr UserId kNobody{99};

class People : public GroupTest {
protected:
    People() {
        for (const UserId uid : {kAnn, kBob, kCho, kDan}) users[uid] = {.uid = uid};
        create(kAnn);
        settle();
        forget();
    }
    void forget() {
        answers.clear();
        items.clear();
        user_logs.clear();
    }
    void let_join(UserId uid) {
        join(uid);
        settle();
        forget();
    }
    std::uint32_t change(UserId by, UserId uid, const auto& set, const std::string& reason = {}) {
        pb::ClientFrame frame;
        pb::ChangeMember& change = *frame.mutable_change_member();
        change.set_uid(uid.value);
        change.set_reason(reason);
        set(change);
        return submit(by, std::move(frame));
    }
    std::uint32_t kick(UserId by, UserId uid) {
        return change(by, uid, [](pb::ChangeMember& change) { change.set_kick(true); });
    }
    std::uint32_t ban(UserId by, UserId uid, bool on = true) {
        return change(by, uid, [&](pb::ChangeMember& change) { change.set_ban(on); });
    }
    std::uint32_t mute(UserId by, UserId uid, Time until, const std::string& reason = {}) {
        return change(
            by, uid, [&](pb::ChangeMember& change) { change.set_mute_until_ms(to_ms(until)); },
            reason);
    }
    std::uint32_t role(UserId by, UserId uid, pb::Role to) {
        return change(by, uid, [&](pb::ChangeMember& change) { change.set_role(to); });
    }
    std::uint32_t configure(UserId by, const pb::GroupSettings& settings,
                            std::initializer_list<const char*> fields) {
        pb::ClientFrame frame;
        *frame.mutable_configure_group()->mutable_settings() = settings;
        for (const char* field : fields) frame.mutable_configure_group()->add_fields(field);
        return submit(by, std::move(frame));
    }
    void set_policy(pb::JoinPolicy policy) {
        pb::GroupSettings settings;
        settings.set_join_policy(policy);
        configure(kAnn, settings, {"join_policy"});
        settle();
        forget();
    }
    std::string invite(UserId by, std::uint32_t uses_max, Time expires = {}) {
        pb::ClientFrame frame;
        frame.mutable_create_invite()->set_uses_max(uses_max);
        frame.mutable_create_invite()->set_expires_ms(to_ms(expires));
        const auto request = submit(by, std::move(frame));
        settle();
        return answer_to(request)->invite().invite();
    }
    std::uint32_t join_with(UserId uid, const std::string& code) {
        pb::ClientFrame frame;
        frame.mutable_join_group()->set_gid(kGroup.value);
        frame.mutable_join_group()->set_invite(code);
        return submit(uid, std::move(frame));
    }
    std::uint32_t decide(UserId by, UserId uid, bool accept) {
        pb::ClientFrame frame;
        frame.mutable_decide_join()->set_uid(uid.value);
        frame.mutable_decide_join()->set_accept(accept);
        return submit(by, std::move(frame));
    }
    bool done(std::uint32_t request) const {
        return answer_to(request) != nullptr && answer_to(request)->has_done();
    }
    std::vector<int> told(UserId uid) {
        std::vector<int> kinds;
        for (const auto& entry : user_logs[uid]) kinds.push_back(entry.event_case());
        return kinds;
    }
};

// ---- Kicks and bans

TEST_F(People, AReasonHasABoundAlsoWhereTheOperatorGivesIt) {
    let_join(kBob);
    const auto muted = [&](std::size_t bytes) {
        return mute(kAnn, kBob, now + Millis{60'000}, std::string(bytes, 'a'));
    };
    const auto at = muted(limits::kReasonBytes);
    const auto above = muted(limits::kReasonBytes + 1);
    settle();
    EXPECT_TRUE(done(at));
    EXPECT_EQ(refusal_of(above), Code::text_too_long);
    EXPECT_EQ(answer_to(above)->refused().field(), "change_member.reason");
    EXPECT_EQ(answer_to(above)->refused().limit(), limits::kReasonBytes);
}

TEST_F(People, KickHasItsPlaceBetweenTheEntriesAroundIt) {
    let_join(kBob);
    send(kAnn, cmid(), "before");
    kick(kAnn, kBob);
    send(kAnn, cmid(), "behind");
    settle();
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(std::get<bus::EntriesAdded>(items[0].event).entries.back().seq, Seq{1});
    const auto& kicked = std::get<bus::MemberChanged>(items[1].event);
    EXPECT_EQ(kicked.uid, kBob);
    EXPECT_EQ(kicked.by, kAnn);
    EXPECT_EQ(kicked.reason, pb::OUST_REASON_KICKED);
    EXPECT_EQ(kicked.members, 1U);
    EXPECT_EQ(std::get<bus::EntriesAdded>(items[2].event).entries.back().seq, Seq{2});
    EXPECT_THAT(told(kBob), ElementsAre(pb::UserLogEntry::kOusted));
    EXPECT_EQ(members[kBob].left, Seq{1});
}

TEST_F(People, KickAskedForTwiceIsDoneOnce) {
    let_join(kBob);
    const auto first = kick(kAnn, kBob);
    const auto second = kick(kAnn, kBob);
    EXPECT_EQ(answer_to(second), nullptr) << "answered before it is durable";
    settle();
    const auto third = kick(kAnn, kBob);
    EXPECT_TRUE(done(first) && done(second) && done(third));
    EXPECT_EQ(head->members, 1U);
    EXPECT_EQ(user_logs[kBob].size(), 1U);
    join(kBob);
    settle();
    EXPECT_EQ(members[kBob].role, Role::member) << "kicked is not banned";
}

class PeopleAfterUnknown : public People, public testing::WithParamInterface<bool> {};

TEST_P(PeopleAfterUnknown, AKickIsToldAllTheSame) {
    let_join(kBob);
    const auto request = kick(kAnn, kBob);
    commit_once(GetParam(), Outcome::unknown);
    settle();
    EXPECT_TRUE(done(request));
    // What was stored is for nodes to ask for; the rest is told as ever.
    EXPECT_EQ(spans.back().to, head->version);
    ASSERT_EQ(items.size(), GetParam() ? 0U : 1U);
    if (!GetParam()) {
        EXPECT_EQ(std::get<bus::MemberChanged>(items[0].event).reason, pb::OUST_REASON_KICKED);
    }
    EXPECT_EQ(head->members, 1U);
}

TEST_P(PeopleAfterUnknown, AnInviteIsCountedOnce) {
    set_policy(pb::JOIN_POLICY_INVITE);
    const std::string code = invite(kAnn, 2);
    join_with(kBob, code);
    answer_loads();
    commit_once(GetParam(), Outcome::unknown);
    settle();
    EXPECT_EQ(members[kBob].role, Role::member);
    EXPECT_EQ(invites[code].uses_left, 1U);
    EXPECT_EQ(head->members, 2U);
}

INSTANTIATE_TEST_SUITE_P(AppliedOrNot, PeopleAfterUnknown, testing::Bool());

TEST_F(People, BanKeepsHimOutUntilItIsLifted) {
    let_join(kBob);
    ban(kAnn, kBob);
    settle();
    EXPECT_EQ(std::get<bus::MemberChanged>(items.back().event).reason, pb::OUST_REASON_BANNED);
    const std::string code = invite(kAnn, 0);
    EXPECT_EQ(refusal_of(join(kBob)), Code::banned);
    EXPECT_EQ(refusal_of(join_with(kBob, code)), Code::banned);
    ban(kAnn, kBob, false);
    join(kBob);
    settle();
    EXPECT_EQ(members[kBob].role, Role::member);
}

TEST_F(People, BanMayComeBeforeTheManButNotWithoutOne) {
    const auto real = ban(kAnn, kCho);
    const auto unreal = ban(kAnn, kNobody);
    settle();
    EXPECT_TRUE(done(real));
    EXPECT_EQ(refusal_of(unreal), Code::not_found);
    EXPECT_TRUE(items.empty());
    EXPECT_EQ(refusal_of(join(kCho)), Code::banned);
}

// ---- Who may

TEST_F(People, NobodyTouchesHisEqualAndStrangersSeeNoGroup) {
    let_join(kBob);
    let_join(kCho);
    EXPECT_EQ(refusal_of(kick(kBob, kCho)), Code::not_permitted);
    role(kAnn, kBob, pb::ROLE_ADMIN);
    role(kAnn, kCho, pb::ROLE_ADMIN);
    settle();
    EXPECT_EQ(refusal_of(kick(kBob, kCho)), Code::not_permitted);
    EXPECT_EQ(refusal_of(kick(kBob, kAnn)), Code::not_permitted);
    const auto stranger = kick(kDan, kBob);
    settle();
    EXPECT_EQ(refusal_of(stranger), Code::not_found);
    EXPECT_EQ(head->members, 3U);
}

TEST_F(People, TransferLeavesOneOwner) {
    let_join(kBob);
    EXPECT_EQ(refusal_of(leave(kAnn)), Code::not_permitted);
    role(kAnn, kBob, pb::ROLE_OWNER);
    settle();
    EXPECT_EQ(members[kBob].role, Role::owner);
    EXPECT_EQ(members[kAnn].role, Role::admin);
    EXPECT_THAT(told(kAnn), ElementsAre(pb::UserLogEntry::kRoleChanged));
    leave(kAnn);
    settle();
    EXPECT_EQ(members[kAnn].role, Role::none);
}

// ---- Mutes and notes

TEST_F(People, MuteRefusesSendsUntilItsTimeAndTellsWhy) {
    let_join(kBob);
    mute(kAnn, kBob, now + Millis{60'000}, "too loud");
    settle();
    EXPECT_THAT(told(kBob), ElementsAre(pb::UserLogEntry::kMuted, pb::UserLogEntry::kNote));
    EXPECT_EQ(user_logs[kBob][1].note().kind(), pb::NOTE_KIND_MUTED);
    EXPECT_EQ(user_logs[kBob][1].note().until_ms(), to_ms(now) + 60'000);
    EXPECT_EQ(user_logs[kBob][1].note().text(), "too loud") << "a person's words, and no others";
    EXPECT_TRUE(members[kBob].overlay);
    EXPECT_EQ(refusal_of(send(kBob, cmid(), "x")), Code::muted);
    now += Millis{60'001};
    const auto later = send(kBob, cmid(), "x");
    settle();
    EXPECT_EQ(seq_of(later), Seq{1});
}

TEST_F(People, NoteIsForOneMemberAndAnchoredAtTheHead) {
    let_join(kBob);
    send(kBob, cmid(), "x");
    pb::ClientFrame frame;
    frame.mutable_write_note()->set_uid(kBob.value);
    frame.mutable_write_note()->set_text("a word with you");
    const auto request = submit(kAnn, frame);
    const auto back = submit(kBob, frame);
    frame.mutable_write_note()->set_text(std::string(limits::kNoteBytes + 1, 'x'));
    const auto longer = submit(kAnn, frame);
    settle();
    EXPECT_TRUE(done(request));
    EXPECT_EQ(refusal_of(back), Code::not_permitted);
    EXPECT_EQ(refusal_of(longer), Code::text_too_long);
    ASSERT_THAT(told(kBob), ElementsAre(pb::UserLogEntry::kNote));
    EXPECT_EQ(user_logs[kBob][0].note().anchor_seq(), 1U);
    EXPECT_EQ(user_logs[kBob][0].note().from(), kAnn.value);
}

TEST_F(People, NotesBearKindsAndCodesInsteadOfTheServersWords) {
    let_join(kBob);
    const auto last = [&] { return user_logs[kBob].back().note(); };
    mute(kAnn, kBob, now + Millis{1'000});
    mute(kAnn, kBob, {});
    settle();
    EXPECT_EQ(last().kind(), pb::NOTE_KIND_UNMUTED);
    EXPECT_EQ(last().text(), "");
    change(kAnn, kBob, [](pb::ChangeMember& change) { change.set_kick(true); }, "spam");
    settle();
    EXPECT_EQ(last().kind(), pb::NOTE_KIND_KICKED);
    EXPECT_EQ(last().text(), "spam");
    let_join(kBob);
    change(kAnn, kBob, [](pb::ChangeMember& change) { change.set_ban(true); }, "again");
    settle();
    EXPECT_EQ(last().kind(), pb::NOTE_KIND_BANNED);
    EXPECT_EQ(last().text(), "again");
}

// ---- What is answered of a group that one may not see

TEST_F(People, LeavingAGroupThatOneNeverWasInSaysNoMoreThanOfNone) {
    const auto stranger = leave(kBob);
    settle();
    EXPECT_EQ(refusal_of(stranger), Code::not_found);
    EXPECT_EQ(answer_to(stranger)->refused().field(), "gid");
    let_join(kBob);
    leave(kBob);
    const auto again = leave(kBob);
    settle();
    EXPECT_TRUE(done(again));
}

TEST_F(People, WhoWasBannedBeforeTheyCameIsNotToldOfAHiddenGroup) {
    set_policy(pb::JOIN_POLICY_INVITE);
    ban(kAnn, kBob);
    settle();
    const auto banned = join(kBob);
    settle();
    EXPECT_EQ(refusal_of(banned), Code::not_found);
}

TEST_F(People, WhoWasInAHiddenGroupIsToldOfTheirBan) {
    let_join(kBob);
    set_policy(pb::JOIN_POLICY_INVITE);
    ban(kAnn, kBob);
    settle();
    const auto banned = join(kBob);
    settle();
    EXPECT_EQ(refusal_of(banned), Code::banned);
}

TEST_F(People, WhoJoinsSeesNothingThatWasOrderedBeforeThem) {
    send(kAnn, cmid(), "x");
    join(kBob);
    settle();
    EXPECT_EQ(members[kBob].floor, Seq{1});
}

TEST_F(People, StrangersAreToldNoRateEither) {
    for (int i = 0; i < 100; ++i) {
        const auto said = send(kBob, cmid(), "x", {}, false);
        const auto changed = recall(kBob, {1});
        settle();
        ASSERT_EQ(refusal_of(said), Code::not_found) << i;
        ASSERT_EQ(refusal_of(changed), Code::not_found) << i;
    }
}

// ---- A retry of what was stored

TEST_F(People, ARetryIsToldItsNumberByWhoIsMutedOrOutSince) {
    let_join(kBob);
    const Cmid id = cmid();
    send(kBob, id, "once");
    mute(kAnn, kBob, now + Millis{60'000});
    settle();
    const auto muted = send(kBob, id, "once");
    const auto other = send(kBob, cmid(), "twice");
    settle();
    EXPECT_EQ(seq_of(muted), Seq{1});
    EXPECT_EQ(refusal_of(other), Code::muted);
    kick(kAnn, kBob);
    settle();
    now += limits::kYoungIds + Millis{1};
    tick();  // Its id leaves memory, so the store is asked.
    const auto out = send(kBob, id, "once");
    const auto new_one = send(kBob, cmid(), "twice");
    const auto not_theirs = send(kCho, id, "once");
    settle();
    EXPECT_EQ(seq_of(out), Seq{1});
    EXPECT_EQ(refusal_of(new_one), Code::not_found);
    EXPECT_EQ(refusal_of(not_theirs), Code::not_found);
    EXPECT_EQ(log.size(), 1U);
}

// ---- Ways in

TEST_F(People, InviteOpensWhatIsClosedAsOftenAsItSays) {
    set_policy(pb::JOIN_POLICY_INVITE);
    const auto without = join(kBob);
    settle();
    EXPECT_EQ(refusal_of(without), Code::not_found);
    const std::string code = invite(kAnn, 1);
    EXPECT_EQ(code.size(), 22U);
    // Both are staged in one commit, and the link is for one.
    const auto first = join_with(kBob, code);
    const auto second = join_with(kCho, code);
    settle();
    EXPECT_TRUE(answer_to(first)->has_group_ready());
    EXPECT_EQ(refusal_of(second), Code::not_found);
    EXPECT_EQ(invites[code].uses_left, 0U);
}

TEST_F(People, InviteExpires) {
    set_policy(pb::JOIN_POLICY_INVITE);
    const std::string code = invite(kAnn, 0, now + Millis{1'000});
    now += Millis{1'000};
    const auto late = join_with(kBob, code);
    settle();
    EXPECT_EQ(refusal_of(late), Code::not_found);
}

TEST_F(People, ApprovalIsAskedForOnceAndDecidedByAnAdmin) {
    set_policy(pb::JOIN_POLICY_APPROVAL);
    const auto first = join(kBob);
    const auto second = join(kBob);
    settle();
    EXPECT_EQ(refusal_of(first), Code::approval_pending);
    EXPECT_EQ(refusal_of(second), Code::approval_pending);
    EXPECT_TRUE(items.empty()) << "nobody is shown who asks";
    EXPECT_FALSE(open(kBob));
    const auto own = decide(kBob, kBob, true);
    const auto accepted = decide(kAnn, kBob, true);
    settle();
    EXPECT_EQ(refusal_of(own), Code::not_found);
    EXPECT_TRUE(done(accepted));
    EXPECT_THAT(told(kBob), ElementsAre(pb::UserLogEntry::kJoined));
    EXPECT_EQ(head->members, 2U);

    join(kCho);
    settle();
    decide(kAnn, kCho, false);
    settle();
    EXPECT_THAT(told(kCho), ElementsAre(pb::UserLogEntry::kNote));
    EXPECT_EQ(user_logs[kCho][0].note().kind(), pb::NOTE_KIND_NOT_LET_IN);
    EXPECT_EQ(user_logs[kCho][0].note().text(), "");
    EXPECT_FALSE(members[kCho].pending);
    const auto again = decide(kAnn, kCho, false);
    EXPECT_TRUE(done(again));
}

TEST_F(People, ALinkPassesApprovalAlsoForWhoWaits) {
    set_policy(pb::JOIN_POLICY_APPROVAL);
    const std::string code = invite(kAnn, 0);
    join(kBob);
    settle();
    const auto request = join_with(kBob, code);
    settle();
    EXPECT_TRUE(answer_to(request)->has_group_ready());
}

TEST_F(People, JoinerIsWelcomedInHisOwnLog) {
    pb::GroupSettings settings;
    settings.set_welcome("be kind");
    configure(kAnn, settings, {"welcome"});
    join(kBob);
    settle();
    ASSERT_THAT(told(kBob), ElementsAre(pb::UserLogEntry::kJoined, pb::UserLogEntry::kNote));
    EXPECT_EQ(user_logs[kBob][1].note().text(), "be kind");
    EXPECT_EQ(user_logs[kBob][1].note().kind(), pb::NOTE_KIND_WELCOME);
    EXPECT_EQ(user_logs[kAnn].size(), 0U);
}

TEST_F(People, WhoIsInTooManyGroupsIsRefused) {
    groups_of_everybody = limits::kGroupsPerUser;
    const auto request = join(kBob);
    settle();
    EXPECT_EQ(refusal_of(request), Code::too_many_groups);
}

// ---- Settings

TEST_F(People, SettingsChangeByTheNamedFieldsInTheStreamsOrder) {
    let_join(kBob);
    role(kAnn, kBob, pb::ROLE_ADMIN);
    settle();
    forget();
    pb::GroupSettings settings;
    settings.set_name("tea");
    settings.set_slow_mode_s(5);
    settings.set_join_policy(pb::JOIN_POLICY_INVITE);
    send(kAnn, cmid(), "before");
    const auto named = configure(kBob, settings, {"name"});
    const auto ruled = configure(kBob, settings, {"name", "join_policy"});
    const auto wrong = configure(kBob, settings, {"kind"});
    settle();
    EXPECT_TRUE(done(named));
    EXPECT_EQ(refusal_of(ruled), Code::not_permitted);
    EXPECT_EQ(refusal_of(wrong), Code::bad_field);
    ASSERT_EQ(items.size(), 2U);
    const auto& changed = std::get<bus::GroupChanged>(items[1].event);
    EXPECT_EQ(changed.settings.name(), "tea");
    EXPECT_EQ(changed.settings.slow_mode_s(), 0U);
    pb::GroupSettings stored;
    stored.ParseFromString(head->settings);
    EXPECT_EQ(stored.name(), "tea");
}

TEST_F(People, MutingForMyselfIsToldToMyDevices) {
    pb::ClientFrame frame;
    frame.mutable_mute_for_me()->set_muted(true);
    submit(kAnn, frame);
    settle();
    EXPECT_TRUE(members[kAnn].muted_for_me);
    EXPECT_THAT(told(kAnn), ElementsAre(pb::UserLogEntry::kMutedForMe));
    submit(kAnn, frame);
    settle();
    EXPECT_EQ(user_logs[kAnn].size(), 1U);
}

}  // namespace
}  // namespace stentor::group
