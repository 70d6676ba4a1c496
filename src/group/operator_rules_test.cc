// What the operator has set for all groups, each refusal with the rule and its limit; and what they
// changes in one with their own rights.

#include <gmock/gmock.h>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

using store::Role;

Settings rules(bool operator_creates) {
    return {.rate = {},
            .staged_max = 100,
            .parked_max = 100,
            .recall_window = Millis{60'000},
            .edit_window = Millis{30'000},
            .members_max = 2,
            .operator_creates = operator_creates,
            .retention_s = 3'600,
            .retention_entries = 50,
            .slow_mode_s = 5};
}

class OperatorRules : public GroupTest {
protected:
    explicit OperatorRules(bool operator_creates = false) : GroupTest{rules(operator_creates)} {}

    pb::Refused refused(std::uint32_t request) {
        settle();
        const pb::ServerFrame* frame = answer_to(request);
        return frame != nullptr && frame->has_refused() ? frame->refused() : pb::Refused{};
    }
    pb::GroupSettings settings_of_group() const {
        pb::GroupSettings settings;
        settings.ParseFromString(head->settings);
        return settings;
    }
    std::uint32_t hand_over(UserId by, UserId to, bool operator_rights) {
        pb::ClientFrame frame;
        frame.mutable_change_member()->set_uid(to.value);
        frame.mutable_change_member()->set_role(pb::ROLE_OWNER);
        return submit(by, std::move(frame), true, operator_rights);
    }
};

TEST_F(OperatorRules, WindowsAreHisAndNamedWhenTheyAreClosed) {
    create(kAnn);
    join(kBob);
    send(kBob, cmid(), "one");
    settle();
    now += Millis{30'001};
    const pb::Refused late_edit = refused(edit(kBob, {1}, 0, "two"));
    EXPECT_EQ(late_edit.code(), pb::CODE_WINDOW_CLOSED);
    EXPECT_EQ(late_edit.rule(), "edit_window");
    EXPECT_EQ(late_edit.limit(), 30'000U);
    EXPECT_EQ(refused(recall(kBob, {1})).code(), pb::CODE_OK);
    send(kBob, cmid(), "two");
    settle();
    now += Millis{60'001};
    const pb::Refused late_recall = refused(recall(kBob, {2}));
    EXPECT_EQ(late_recall.rule(), "recall_window");
    EXPECT_EQ(late_recall.limit(), 60'000U);
}

TEST_F(OperatorRules, AGroupThatIsFullSaysOfHowMany) {
    create(kAnn);
    join(kBob);
    const pb::Refused full = refused(join(kCho));
    EXPECT_EQ(full.code(), pb::CODE_GROUP_FULL);
    EXPECT_EQ(full.rule(), "members_max");
    EXPECT_EQ(full.limit(), 2U);
}

TEST_F(OperatorRules, ANewGroupHasWhatItsCreatorLeftOpen) {
    pb::GroupSettings wanted;
    wanted.set_retention_s(60);
    create(kAnn, false, wanted);
    settle();
    EXPECT_EQ(settings_of_group().retention_s(), 60U);
    EXPECT_EQ(settings_of_group().retention_entries(), 50U);
    EXPECT_EQ(settings_of_group().slow_mode_s(), 5U);
}

class OperatorCreates : public OperatorRules {
protected:
    OperatorCreates() : OperatorRules{true} {}
};

TEST_F(OperatorCreates, NobodyElseDoes) {
    const pb::Refused no = refused(create(kAnn));
    EXPECT_EQ(no.code(), pb::CODE_NOT_PERMITTED);
    EXPECT_EQ(no.rule(), "create");
    EXPECT_FALSE(head);
    pb::ClientFrame frame;
    frame.mutable_create_group();
    const auto made = submit(kAnn, std::move(frame), true, true);
    EXPECT_EQ(refused(made).code(), pb::CODE_OK);
    EXPECT_TRUE(answer_to(made)->has_group_ready());
    EXPECT_EQ(members[kAnn].role, Role::owner);
}

// ---- A group that the operator hands over

TEST_F(OperatorRules, WhoOwnedTheGroupIsAnAdminFromTheSameCommitOn) {
    create(kAnn);
    join(kBob);
    settle();
    now += limits::kGroupIdle + Millis{1};
    tick();  // It leaves memory, so its owner must be looked for.
    const std::uint64_t before = head->version;
    EXPECT_EQ(refused(hand_over({}, kBob, true)).code(), pb::CODE_OK);
    EXPECT_EQ(members[kBob].role, Role::owner);
    EXPECT_EQ(members[kAnn].role, Role::admin);
    EXPECT_EQ(head->version, before + 1);
    EXPECT_TRUE(user_logs[kAnn].back().has_role_changed());
}

TEST_F(OperatorRules, AHandOverThatIsNotDurableYetIsSeenByTheNext) {
    create(kAnn);
    join(kBob);
    settle();
    hand_over(kAnn, kBob, false);
    hand_over({}, kAnn, true);
    settle();
    EXPECT_EQ(members[kAnn].role, Role::owner);
    EXPECT_EQ(members[kBob].role, Role::admin);
}

}  // namespace
}  // namespace stentor::group
