// Who moderates is told when what waits for them has changed: a request to join, a report, that it
// was decided.

#include <gmock/gmock.h>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr UserId kFay{5};

// Ann owns the group, Cho is an admin, Bob a member; Dan and Eve are outside.
class DutiesTest : public GroupTest {
protected:
    DutiesTest() {
        for (const UserId uid : {kAnn, kBob, kCho, kDan, kFay}) users[uid] = {.uid = uid};
        create(kAnn);
        join(kBob);
        join(kCho);
        settle();
        pb::ClientFrame frame;
        frame.mutable_change_member()->set_uid(kCho.value);
        frame.mutable_change_member()->set_role(pb::ROLE_ADMIN);
        submit(kAnn, std::move(frame));
        pb::ClientFrame policy;
        policy.mutable_configure_group()->mutable_settings()->set_join_policy(
            pb::JOIN_POLICY_APPROVAL);
        policy.mutable_configure_group()->add_fields("join_policy");
        submit(kAnn, std::move(policy));
        send(kBob, cmid(), "words");
        settle();
        told();
    }
    std::uint32_t decide(UserId uid, bool accept) {
        pb::ClientFrame frame;
        frame.mutable_decide_join()->set_uid(uid.value);
        frame.mutable_decide_join()->set_accept(accept);
        return submit(kAnn, std::move(frame));
    }
    std::uint32_t report(UserId uid) {
        pb::ClientFrame frame;
        frame.mutable_report()->set_epoch(1);
        frame.mutable_report()->set_seq(1);
        frame.mutable_report()->set_reason("rude");
        return submit(uid, std::move(frame));
    }
    // Who is told within the next second.
    std::vector<UserId> told() {
        settle();
        now += limits::kTicksEvery;
        tick();
        settle();
        std::vector<UserId> uids;
        for (const bus::Nudge& nudge : std::exchange(nudges, {})) {
            const auto* duties = std::get_if<bus::DutiesMoved>(&nudge);
            if (duties == nullptr) continue;
            EXPECT_EQ(duties->gid, kGroup);
            uids.push_back(duties->uid);
        }
        return uids;
    }
};

TEST_F(DutiesTest, ARequestToJoinIsToldToTheStaffAlone) {
    join(kDan);
    EXPECT_THAT(told(), UnorderedElementsAre(kAnn, kCho));
    EXPECT_THAT(told(), IsEmpty());
    join(kDan);  // They wait already.
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(DutiesTest, SoIsThatItWasDecidedOrTakenBack) {
    join(kDan);
    join(kFay);
    told();
    decide(kDan, true);
    EXPECT_EQ(told().size(), 2U);
    decide(kFay, false);
    EXPECT_EQ(told().size(), 2U);
    join(kFay);
    told();
    leave(kFay);
    EXPECT_EQ(told().size(), 2U);
}

TEST_F(DutiesTest, SoAreReportsAndWhatIsDecidedOnThem) {
    report(kCho);
    EXPECT_EQ(told().size(), 2U);
    pb::ClientFrame dismiss;
    dismiss.mutable_dismiss_reports()->set_epoch(1);
    dismiss.mutable_dismiss_reports()->set_seq(1);
    submit(kCho, std::move(dismiss));
    EXPECT_EQ(told().size(), 2U);
    recall(kAnn, {1});
    EXPECT_EQ(told().size(), 2U);
}

TEST_F(DutiesTest, WhatConcernsNobodyElseIsNot) {
    send(kBob, cmid(), "more words");
    pb::ClientFrame mute;
    mute.mutable_change_member()->set_uid(kBob.value);
    mute.mutable_change_member()->set_mute_until_ms(to_ms(now) + 60'000);
    submit(kAnn, std::move(mute));
    leave(kBob);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(DutiesTest, ManyRequestsOfASecondAreOneLookAtTheStaff) {
    join(kDan);
    join(kFay);
    settle();
    const auto looks = [this] {
        return std::ranges::count_if(
            loads, [](const Load& load) { return std::holds_alternative<LoadStaff>(load.what); });
    };
    now += limits::kTicksEvery;
    tick();
    EXPECT_EQ(looks(), 1);
    tick();
    EXPECT_EQ(looks(), 1) << "it is on its way";
    settle();
    nudges.clear();
    decide(kDan, false);
    settle();
    tick();
    EXPECT_EQ(looks(), 0) << "not in the same second";
    EXPECT_EQ(told().size(), 2U);
}

TEST_F(DutiesTest, WhereTheStaffCannotBeReadItIsAskedForAgain) {
    join(kDan);
    settle();
    now += limits::kTicksEvery;
    tick();
    fail_loads();
    EXPECT_EQ(told().size(), 2U);
}

TEST_F(DutiesTest, AfterAnUnknownOutcomeItIsToldStill) {
    join(kDan);
    answer_loads();
    commit_once(true, store::Outcome::unknown);
    EXPECT_EQ(told().size(), 2U);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(DutiesTest, WhereTheStaffIsReadWhileMemoryIsDroppedItIsToldStill) {
    join(kDan);
    settle();
    now += limits::kTicksEvery;
    tick();
    send(kBob, cmid(), "of unknown outcome");
    commit_once(true, store::Outcome::unknown);
    settle();
    EXPECT_EQ(told().size(), 2U);
}

}  // namespace
}  // namespace stentor::group
