// A group never is without an owner: the next in rank, or it closes. And what a closed one is.

#include <gmock/gmock.h>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

using store::Outcome;
using store::Role;

constexpr UserId kOperator{};

class Closing : public GroupTest {
protected:
    Closing() {
        for (const UserId uid : {kAnn, kBob, kCho, kDan}) users[uid] = {.uid = uid};
        create(kAnn);
        settle();
    }
    void let_join(UserId uid) {
        now += Millis{1};
        join(uid);
        settle();
    }
    std::uint32_t change(UserId by, UserId uid, const auto& set) {
        pb::ClientFrame frame;
        frame.mutable_change_member()->set_uid(uid.value);
        set(*frame.mutable_change_member());
        const auto request = submit(by, std::move(frame), true, by == kOperator);
        settle();
        return request;
    }
    std::uint32_t role(UserId by, UserId uid, pb::Role role) {
        return change(by, uid, [&](pb::ChangeMember& change) { change.set_role(role); });
    }
    std::uint32_t kick(UserId by, UserId uid) {
        return change(by, uid, [](pb::ChangeMember& change) { change.set_kick(true); });
    }
    // As an erase does for each membership; of nobody: the group is deleted.
    std::uint32_t take_out(UserId uid) {
        pb::ClientFrame frame;
        frame.mutable_leave_group();
        return submit(uid, std::move(frame), true, true);
    }
    bool done(std::uint32_t request) const {
        return answer_to(request) != nullptr && answer_to(request)->has_done();
    }
    void leave_memory() {
        now += limits::kGroupIdle + Millis{1};
        tick();
    }
};

// ---- Who owns it next

TEST_F(Closing, TheOldestAdminFollowsAnOwnerWhomTheOperatorPutsOut) {
    for (const UserId uid : {kBob, kDan, kCho}) let_join(uid);
    role(kAnn, kCho, pb::ROLE_ADMIN);
    role(kAnn, kDan, pb::ROLE_ADMIN);
    leave_memory();
    items.clear();
    EXPECT_TRUE(done(kick(kOperator, kAnn)));
    EXPECT_EQ(members[kDan].role, Role::owner);
    EXPECT_EQ(members[kCho].role, Role::admin);
    EXPECT_EQ(members[kAnn].role, Role::none);
    EXPECT_TRUE(user_logs[kDan].back().has_role_changed());
    ASSERT_EQ(items.size(), 2U);
    const auto& heir = std::get<bus::MemberChanged>(items[1].event);
    EXPECT_EQ(heir.uid, kDan);
    EXPECT_EQ(heir.reason, pb::OUST_REASON_UNSPECIFIED) << "who follows is not put out";
    EXPECT_EQ(head->members, 3U);
}

TEST_F(Closing, TheOldestMemberFollowsWhereThereIsNoAdmin) {
    for (const UserId uid : {kDan, kBob, kCho}) let_join(uid);
    take_out(kAnn);
    settle();
    EXPECT_EQ(members[kDan].role, Role::owner);
    EXPECT_EQ(members[kAnn].role, Role::none);
}

TEST_F(Closing, AnOwnerWhomTheOperatorMakesAMemberIsFollowedToo) {
    let_join(kBob);
    EXPECT_TRUE(done(role(kOperator, kAnn, pb::ROLE_MEMBER)));
    EXPECT_EQ(members[kAnn].role, Role::member);
    EXPECT_EQ(members[kBob].role, Role::owner);
    change(kOperator, kBob, [](pb::ChangeMember& change) { change.set_ban(true); });
    EXPECT_EQ(members[kAnn].role, Role::owner);
}

TEST_F(Closing, TheOnlyMemberRemainsItsOwner) {
    EXPECT_EQ(refusal_of(role(kOperator, kAnn, pb::ROLE_ADMIN)), Code::not_permitted);
    EXPECT_EQ(members[kAnn].role, Role::owner);
}

TEST_F(Closing, WhoWentWhileTheyWereLookedForDoesNotFollow) {
    for (const UserId uid : {kBob, kCho}) let_join(uid);
    role(kAnn, kBob, pb::ROLE_ADMIN);
    take_out(kAnn);
    const Load looked_for = loads.front();
    loads.pop_front();
    const auto before = found(looked_for);
    leave(kBob);
    settle();
    partition().on_loaded({.load = looked_for, .found = before}, now);
    settle();
    EXPECT_EQ(members[kCho].role, Role::owner);
    EXPECT_EQ(members[kBob].role, Role::none);
}

TEST_F(Closing, NobodyFollowsWhereAllWhoWereFoundHaveGone) {
    for (const UserId uid : {kBob, kCho}) let_join(uid);
    take_out(kAnn);
    const Load looked_for = loads.front();
    loads.pop_front();
    const Found before{std::vector<store::MemberRow>{members[kBob]}};
    leave(kBob);
    settle();
    partition().on_loaded({.load = looked_for, .found = before}, now);
    settle();
    EXPECT_EQ(members[kBob].role, Role::none);
    EXPECT_EQ(members[kAnn].role, Role::owner) << "asked again, there is Cho";
}

// ---- The end

TEST_F(Closing, TheLastWhoGoesClosesIt) {
    send(kAnn, cmid(), "x");
    settle();
    EXPECT_TRUE([&] {
        const auto left = leave(kAnn);
        settle();
        return done(left);
    }());
    EXPECT_TRUE(store::is_closed(*head));
    EXPECT_EQ(head->floor, Seq{1}) << "nothing of its log is kept";
    const auto stranger = join(kBob);
    const auto own = create(kAnn);
    settle();
    EXPECT_EQ(refusal_of(stranger), Code::not_found);
    EXPECT_EQ(refusal_of(own), Code::not_found) << "its number is never given again";
    EXPECT_EQ(head->time, Time{}) << "nothing is left to be dropped";
}

// Everything that names a group. Some of it would find former members remembered.
std::vector<pb::ClientFrame> all_that_names_a_group() {
    std::vector<pb::ClientFrame> all;
    const auto add = [&] -> pb::ClientFrame& { return all.emplace_back(); };
    add().mutable_create_group();
    add().mutable_join_group();
    add().mutable_join_group()->set_invite("invite");
    add().mutable_leave_group();
    add().mutable_read()->set_epoch(1);
    add().mutable_recall()->set_seq(1);
    add().mutable_edit()->set_seq(1);
    add().mutable_hide()->add_seqs(1);
    add().mutable_react()->set_seq(1);
    add().mutable_clear_reactions()->set_seq(1);
    add().mutable_decide_join()->set_uid(kCho.value);
    add().mutable_change_member()->set_uid(kCho.value);
    add().mutable_write_note()->set_uid(kCho.value);
    add().mutable_configure_group();
    add().mutable_create_invite();
    add().mutable_end_invite();
    add().mutable_mute_for_me()->set_muted(true);
    add().mutable_send()->set_body("x");
    return all;
}

TEST_F(Closing, NothingIsThereForWhoWasInIt) {
    for (const UserId uid : {kBob, kCho}) let_join(uid);
    send(kBob, cmid(), "x");
    settle();
    kick(kAnn, kCho);
    take_out(kOperator);
    settle();
    for (int loaded = 0; loaded < 2; ++loaded) {
        for (const UserId uid : {kAnn, kBob, kCho, kDan}) {
            for (pb::ClientFrame& frame : all_that_names_a_group()) {
                const std::string what = frame.ShortDebugString();
                const auto request = submit(uid, std::move(frame));
                settle();
                EXPECT_EQ(refusal_of(request), Code::not_found) << uid.value << ": " << what;
            }
            EXPECT_FALSE(open(uid));
        }
        leave_memory();
    }
}

TEST_F(Closing, TheOperatorDeletesItAndEverybodyIsTold) {
    for (const UserId uid : {kBob, kCho, kDan}) let_join(uid);
    kick(kAnn, kDan);
    items.clear();
    member_events.clear();
    const auto request = take_out(kOperator);
    settle();
    EXPECT_TRUE(done(request));
    EXPECT_TRUE(store::is_closed(*head));
    EXPECT_TRUE(members.empty());
    for (const UserId uid : {kAnn, kBob, kCho}) {
        ASSERT_TRUE(user_logs[uid].back().has_ousted()) << uid.value;
        EXPECT_EQ(user_logs[uid].back().ousted().reason(), pb::OUST_REASON_GROUP_GONE);
    }
    EXPECT_EQ(user_logs[kDan].back().ousted().reason(), pb::OUST_REASON_KICKED);
    ASSERT_EQ(member_events.size(), 1U);
    EXPECT_EQ(member_events[0].kind, MemberEvent::Kind::group_closed);
    std::size_t gone = 0;
    for (const ToldEvent& item : items) {
        const auto* changed = std::get_if<bus::MemberChanged>(&item.event);
        if (changed != nullptr && changed->reason == pb::OUST_REASON_GROUP_GONE) ++gone;
    }
    EXPECT_EQ(gone, 3U);
    EXPECT_FALSE(open(kBob));
    const auto late = send(kBob, cmid(), "x");
    settle();
    EXPECT_EQ(refusal_of(late), Code::not_found);
}

class ClosingAfterUnknown : public Closing, public testing::WithParamInterface<bool> {};

TEST_P(ClosingAfterUnknown, IsFinishedByWhoeverLoadsTheGroupNext) {
    for (const UserId uid : {kBob, kCho, kDan}) let_join(uid);
    const auto request = take_out(kOperator);
    answer_loads();
    commit_once(GetParam(), Outcome::unknown);
    settle();
    EXPECT_TRUE(done(request));
    EXPECT_TRUE(members.empty());
    EXPECT_EQ(head->time, Time{});
}

INSTANTIATE_TEST_SUITE_P(AppliedOrNot, ClosingAfterUnknown, testing::Bool());

TEST_F(Closing, AStepThatWasLostIsMadeAgain) {
    for (const UserId uid : {kBob, kCho, kDan}) let_join(uid);
    take_out(kOperator);
    answer_loads();
    commit_once();
    answer_loads();  // The first page.
    commit_once(false, Outcome::unknown);
    settle();
    EXPECT_TRUE(members.empty());
    EXPECT_EQ(user_logs[kBob].back().ousted().reason(), pb::OUST_REASON_GROUP_GONE);
}

TEST_F(Closing, NothingIsDeletedWhichNobodyLeaves) {
    gid = GroupId{8};
    pb::GroupSettings settings;
    settings.set_kind(pb::GROUP_KIND_DIRECT);
    settings.add_between(kAnn.value);
    settings.add_between(kBob.value);
    head = store::HeadRow{.epoch = {1},
                          .digest = genesis(gid),
                          .creator = kAnn,
                          .settings = settings.SerializeAsString(),
                          .version = 1};
    const auto request = take_out(kOperator);
    settle();
    EXPECT_EQ(refusal_of(request), Code::not_permitted);
}

}  // namespace
}  // namespace stentor::group
