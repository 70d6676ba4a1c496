// What a feed tells of who came and went: each once, in the commit that brought it about.

#include <gmock/gmock.h>

#include "group/record_test_kit.h"

namespace stentor {

// For the words of a failed test.
static void PrintTo(const MemberEvent& event, std::ostream* out) {
    *out << event.uid.value << " kind " << static_cast<int>(event.kind) << " by " << event.by.value;
}

}  // namespace stentor

namespace stentor::group {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = MemberEvent::Kind;

constexpr UserId kOperator{};

class MemberEvents : public GroupTest {
protected:
    MemberEvents() {
        for (const UserId uid : {kAnn, kBob, kCho}) users[uid] = {.uid = uid};
        create(kAnn);
        settle();
    }
    std::uint32_t change(UserId by, UserId uid, const auto& set) {
        pb::ClientFrame frame;
        frame.mutable_change_member()->set_uid(uid.value);
        set(*frame.mutable_change_member());
        return submit(by, std::move(frame), true, by == kOperator);
    }
    std::vector<MemberEvent> told() {
        settle();
        return std::exchange(member_events, {});
    }
};

TEST_F(MemberEvents, AreToldOfEveryWayInAndOut) {
    EXPECT_THAT(told(), ElementsAre(MemberEvent{kAnn, Kind::joined, kAnn}));
    join(kBob);
    join(kCho);
    send(kAnn, cmid(), "in the same commit");
    EXPECT_THAT(told(), ElementsAre(MemberEvent{kBob, Kind::joined, kBob},
                                    MemberEvent{kCho, Kind::joined, kCho}));
    leave(kBob);
    EXPECT_THAT(told(), ElementsAre(MemberEvent{kBob, Kind::left, kBob}));
    change(kAnn, kCho, [](pb::ChangeMember& change) { change.set_kick(true); });
    EXPECT_THAT(told(), ElementsAre(MemberEvent{kCho, Kind::kicked, kAnn}));
    join(kCho);
    EXPECT_THAT(told(), ElementsAre(MemberEvent{kCho, Kind::joined, kCho}));
    change(kOperator, kCho, [](pb::ChangeMember& change) { change.set_ban(true); });
    EXPECT_THAT(told(), ElementsAre(MemberEvent{kCho, Kind::banned, kOperator}));
    change(kAnn, kCho, [](pb::ChangeMember& change) { change.set_ban(false); });
    EXPECT_THAT(told(), ElementsAre(MemberEvent{kCho, Kind::ban_lifted, kAnn}));
    change(kAnn, kBob, [](pb::ChangeMember& change) { change.set_ban(true); });
    EXPECT_THAT(told(), ElementsAre(MemberEvent{kBob, Kind::banned, kAnn}))
        << "they are out already";
}

TEST_F(MemberEvents, WhatChangesNothingIsNotTold) {
    told();
    join(kAnn);
    leave(kBob);
    change(kAnn, kBob, [](pb::ChangeMember& change) { change.set_kick(true); });
    change(kAnn, kBob, [](pb::ChangeMember& change) { change.set_ban(false); });
    EXPECT_THAT(told(), IsEmpty());
}

class MemberEventsAfterUnknown : public MemberEvents, public testing::WithParamInterface<bool> {};

TEST_P(MemberEventsAfterUnknown, AreToldOnce) {
    told();
    join(kBob);
    answer_loads();
    commit_once(GetParam(), store::Outcome::unknown);
    EXPECT_THAT(told(), ElementsAre(MemberEvent{kBob, Kind::joined, kBob}));
    change(kAnn, kBob, [](pb::ChangeMember& change) { change.set_kick(true); });
    answer_loads();
    commit_once(GetParam(), store::Outcome::unknown);
    EXPECT_THAT(told(), ElementsAre(MemberEvent{kBob, Kind::kicked, kAnn}));
}

INSTANTIATE_TEST_SUITE_P(AppliedOrNot, MemberEventsAfterUnknown, testing::Bool());

}  // namespace
}  // namespace stentor::group
