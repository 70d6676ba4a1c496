// The moderation log: who may report what, who may decide, and what is told of what moderators did;
// taking back all that a member wrote; the entry that is pinned.

#include <gmock/gmock.h>

#include "base/group_ids.h"
#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

using store::ModerationKind;
using testing::ElementsAre;
using testing::IsEmpty;

// Ann owns the group, Cho is an admin, Bob and Dan are members.
class ModerationLog : public GroupTest {
protected:
    ModerationLog() : GroupTest{{.rate = {}, .staged_max = 10'000, .parked_max = 100}} {
        for (const UserId uid : {kAnn, kBob, kCho, kDan}) users[uid] = {.uid = uid};
        create(kAnn);
        for (const UserId uid : {kBob, kCho, kDan}) join(uid);
        settle();
        change(kAnn, kCho, [](pb::ChangeMember& change) { change.set_role(pb::ROLE_ADMIN); });
        settle();
        moderation.clear();
        answers.clear();
    }
    void say(UserId uid, std::uint64_t count = 1) {
        for (std::uint64_t i = 0; i < count; ++i) {
            send(uid, cmid(), "words");
            if (i % 100 == 99) settle();
        }
        settle();
    }
    std::uint32_t change(UserId by, UserId uid, const auto& set, const std::string& reason = {}) {
        pb::ClientFrame frame;
        pb::ChangeMember& change = *frame.mutable_change_member();
        change.set_uid(uid.value);
        change.set_reason(reason);
        set(change);
        return submit(by, std::move(frame));
    }
    std::uint32_t report(UserId by, Seq seq, const std::string& reason = "rude",
                         std::uint64_t epoch = 1) {
        pb::ClientFrame frame;
        frame.mutable_report()->set_epoch(epoch);
        frame.mutable_report()->set_seq(seq.value);
        frame.mutable_report()->set_reason(reason);
        return submit(by, std::move(frame));
    }
    std::uint32_t dismiss(UserId by, Seq seq, std::uint64_t epoch = 1) {
        pb::ClientFrame frame;
        frame.mutable_dismiss_reports()->set_epoch(epoch);
        frame.mutable_dismiss_reports()->set_seq(seq.value);
        return submit(by, std::move(frame));
    }
    std::uint32_t recall_all(UserId by, UserId uid, Time since, Seq before = {}) {
        pb::ClientFrame frame;
        pb::RecallMember& recall = *frame.mutable_recall_member();
        recall.set_epoch(1);
        recall.set_uid(uid.value);
        recall.set_since_ms(to_ms(since));
        recall.set_before(before.value);
        recall.set_reason("spam");
        return submit(by, std::move(frame));
    }
    std::uint32_t pin(UserId by, Seq seq, std::uint64_t epoch = 1) {
        pb::ClientFrame frame;
        pb::ConfigureGroup& configure = *frame.mutable_configure_group();
        configure.set_epoch(epoch);
        configure.mutable_settings()->set_pinned(seq.value);
        configure.add_fields("pinned");
        return submit(by, std::move(frame));
    }
    std::uint64_t pinned() const {
        pb::GroupSettings settings;
        settings.ParseFromString(head->settings);
        return settings.pinned();
    }
    bool done(std::uint32_t request) const {
        return answer_to(request) != nullptr && answer_to(request)->has_done();
    }
    pb::MemberRecalled recalled(std::uint32_t request) const {
        const pb::ServerFrame* frame = answer_to(request);
        return frame == nullptr ? pb::MemberRecalled{} : frame->member_recalled();
    }
    std::vector<ModerationKind> kinds() const {
        std::vector<ModerationKind> kinds;
        for (const auto& row : moderation) kinds.push_back(row.kind);
        return kinds;
    }
    std::size_t standing(UserId uid) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            log, [&](const LogEntry& entry) { return entry.sender == uid && !entry.recalled; }));
    }
};

// ---- Reports

TEST_F(ModerationLog, AReportNamesTheEntryAndWhoWroteIt) {
    say(kBob);
    const auto request = report(kDan, {1});
    settle();
    EXPECT_TRUE(done(request));
    ASSERT_EQ(moderation.size(), 1U);
    EXPECT_EQ(moderation[0], (store::ModerationRow{.time = now,
                                                   .by = kDan,
                                                   .kind = ModerationKind::report,
                                                   .uid = kBob,
                                                   .epoch = {1},
                                                   .seq = {1},
                                                   .reason = "rude"}));
}

TEST_F(ModerationLog, AnEntryIsReportedOnceByEachMember) {
    say(kBob);
    const auto first = report(kDan, {1});
    const auto meanwhile = report(kDan, {1});
    settle();
    const auto later = report(kDan, {1});
    const auto another = report(kCho, {1});
    settle();
    for (const auto request : {first, meanwhile, later, another}) EXPECT_TRUE(done(request));
    EXPECT_EQ(moderation.size(), 2U);
}

TEST_F(ModerationLog, TheServersAnnouncementsAreNotReported) {
    say(kBob);
    gid = kBroadcastGroup;
    const auto request = report(kDan, {1});
    settle();
    EXPECT_EQ(refusal_of(request), Code::not_permitted);
}

TEST_F(ModerationLog, AReportOfAFormerHistoryIsNoneOfWhatStandsThereNow) {
    say(kBob);
    report(kDan, {1});
    settle();
    moderation[0].epoch = {};  // A restore has begun another one since.
    const auto again = report(kDan, {1});
    settle();
    EXPECT_TRUE(done(again));
    EXPECT_EQ(moderation.size(), 2U);
}

TEST_F(ModerationLog, WhatIsReportedMustBeThereAndSomebodyElses) {
    say(kBob);
    say(kDan);
    const auto own = report(kDan, {2});
    const auto nothing = report(kDan, {3});
    const auto other = report(kDan, {1}, "rude", 2);
    const auto stranger = report({77}, {1});
    settle();
    EXPECT_EQ(refusal_of(own), Code::not_permitted);
    EXPECT_EQ(refusal_of(nothing), Code::not_found);
    EXPECT_EQ(refusal_of(other), Code::epoch_changed);
    EXPECT_EQ(refusal_of(stranger), Code::not_found);
    recall(kBob, {1});
    settle();
    const auto gone = report(kDan, {1});
    settle();
    EXPECT_EQ(refusal_of(gone), Code::not_found);
    EXPECT_THAT(moderation, IsEmpty());
}

TEST_F(ModerationLog, OneMemberReportsSoMuchInADay) {
    say(kBob, limits::kReportsPerDay + 2);
    for (std::uint64_t seq = 1; seq <= limits::kReportsPerDay; ++seq) {
        report(kDan, {seq});
        settle();
    }
    EXPECT_EQ(moderation.size(), limits::kReportsPerDay);
    now += Millis{3'600'000};
    const auto above = report(kDan, {limits::kReportsPerDay + 1});
    const auto others = report(kCho, {1});
    settle();
    EXPECT_EQ(refusal_of(above), Code::rate_limited);
    EXPECT_EQ(answer_to(above)->refused().rule(), "reports");
    EXPECT_EQ(answer_to(above)->refused().limit(), limits::kReportsPerDay);
    EXPECT_EQ(answer_to(above)->refused().retry_after_ms(), 23U * 3'600'000);
    EXPECT_TRUE(done(others));
    now += Millis{23 * 3'600'000};
    const auto tomorrow = report(kDan, {limits::kReportsPerDay + 1});
    settle();
    EXPECT_TRUE(done(tomorrow));
}

TEST_F(ModerationLog, ReportsAreDismissedByThoseWhoModerate) {
    say(kBob);
    report(kDan, {1});
    settle();
    const auto member = dismiss(kDan, {1});
    const auto nothing = dismiss(kCho, {2});
    const auto former = dismiss(kCho, {1}, 2);
    const auto admin = dismiss(kCho, {1});
    settle();
    EXPECT_EQ(refusal_of(member), Code::not_permitted);
    EXPECT_EQ(refusal_of(nothing), Code::not_found);
    EXPECT_EQ(refusal_of(former), Code::epoch_changed);
    EXPECT_TRUE(done(admin));
    EXPECT_THAT(kinds(), ElementsAre(ModerationKind::dismiss, ModerationKind::report));
}

// ---- What moderators did

TEST_F(ModerationLog, TellsWhatModeratorsDidAndWhy) {
    say(kBob);
    recall(kCho, {1});
    const Time until = now + Millis{600'000};
    change(kCho, kBob, [&](pb::ChangeMember& c) { c.set_mute_until_ms(to_ms(until)); }, "loud");
    change(kCho, kBob, [](pb::ChangeMember& c) { c.set_ban(true); }, "worse");
    settle();
    EXPECT_THAT(kinds(),
                ElementsAre(ModerationKind::ban, ModerationKind::mute, ModerationKind::recall));
    EXPECT_EQ(moderation[0].value, 1U);
    EXPECT_EQ(moderation[0].reason, "worse");
    EXPECT_EQ(moderation[1].uid, kBob);
    EXPECT_EQ(moderation[1].by, kCho);
    EXPECT_EQ(moderation[1].value, to_ms(until));
    EXPECT_EQ(moderation[2].seq, Seq{1});
    EXPECT_EQ(moderation[2].uid, kBob);
}

TEST_F(ModerationLog, TellsNothingOfWhatChangedNothingOrConcernsNobody) {
    say(kBob);
    recall(kBob, {1});
    const auto mute = [](pb::ChangeMember& c) { c.set_mute_until_ms(1); };
    change(kCho, kBob, mute);
    change(kBob, kDan, mute);
    settle();
    EXPECT_THAT(moderation, IsEmpty());
}

// ---- Taking back all that a member wrote

TEST_F(ModerationLog, TakesBackWhatAMemberWroteSinceATime) {
    say(kBob, 2);
    now += Millis{10'000};
    const Time since = now;
    say(kDan);
    say(kBob, 3);
    react(kDan, {4}, "\xF0\x9F\x91\x8D");
    settle();
    const auto request = recall_all(kCho, kBob, since);
    settle();
    EXPECT_EQ(recalled(request).count(), 3U);
    EXPECT_EQ(recalled(request).before(), 0U);
    EXPECT_EQ(standing(kBob), 2U);
    EXPECT_EQ(standing(kDan), 1U);
    EXPECT_THAT(reactions, IsEmpty());
    EXPECT_THAT(kinds(), ElementsAre(ModerationKind::recall_member));
    EXPECT_EQ(moderation[0].value, 3U);
    EXPECT_EQ(moderation[0].reason, "spam");
    // Asked again: there is nothing left, and nothing to tell.
    const auto again = recall_all(kCho, kBob, since);
    settle();
    EXPECT_EQ(recalled(again).count(), 0U);
    EXPECT_EQ(moderation.size(), 1U);
}

TEST_F(ModerationLog, TakesBackInStepsUntilNothingIsLeft) {
    say(kBob, limits::kRecalledPerStep + 20);
    say(kDan, limits::kRing + limits::kRangeEntries);
    std::uint32_t steps = 0;
    std::uint32_t count = 0;
    Seq before{};
    do {
        const auto request = recall_all(kCho, kBob, kStart, before);
        settle();
        ASSERT_EQ(refusal_of(request), Code::ok);
        EXPECT_LE(recalled(request).count(), limits::kRecalledPerStep);
        count += recalled(request).count();
        before = Seq{recalled(request).before()};
    } while (before != Seq{} && ++steps < 20);
    EXPECT_EQ(count, limits::kRecalledPerStep + 20);
    EXPECT_EQ(standing(kBob), 0U);
    EXPECT_EQ(standing(kDan), limits::kRing + limits::kRangeEntries);
}

TEST_F(ModerationLog, NobodyTakesBackWhatTheirEqualWrote) {
    say(kAnn);
    say(kCho);
    say(kBob);
    const auto owner = recall_all(kCho, kAnn, kStart);
    const auto equal = recall_all(kCho, kCho, kStart);
    const auto member = recall_all(kBob, kDan, kStart);
    const auto stranger = recall_all({77}, kBob, kStart);
    const auto above = recall_all(kAnn, kCho, kStart);
    settle();
    EXPECT_EQ(refusal_of(owner), Code::not_permitted);
    EXPECT_EQ(refusal_of(equal), Code::not_permitted);
    EXPECT_EQ(refusal_of(member), Code::not_permitted);
    EXPECT_EQ(refusal_of(stranger), Code::not_found);
    EXPECT_EQ(recalled(above).count(), 1U);
}

TEST_F(ModerationLog, TakingBackIsDoneOnceAlsoWhenItsCommitHadAnUnknownOutcome) {
    for (const bool applied : {true, false}) {
        say(kBob, 2);
        const auto request = recall_all(kCho, kBob, kStart);
        answer_loads();
        commit_once(applied, store::Outcome::unknown);
        settle();
        ASSERT_NE(answer_to(request), nullptr);
        EXPECT_TRUE(answer_to(request)->has_member_recalled());
        EXPECT_EQ(standing(kBob), 0U);
    }
}

TEST_F(ModerationLog, WhoeverWasErasedIsNamedNoMore) {
    say(kBob);
    report(kDan, {1});
    settle();
    pb::ClientFrame frame;
    frame.mutable_clear_reactions();
    submit(kDan, std::move(frame), true, true);
    settle();
    EXPECT_THAT(unnamed, ElementsAre(kDan));
}

// ---- The pinned entry

TEST_F(ModerationLog, AnEntryIsPinnedByThoseWhoDescribeTheGroup) {
    say(kBob, 2);
    const auto member = pin(kBob, {1});
    const auto nothing = pin(kCho, {3});
    const auto without = pin(kCho, {1}, 0);
    const auto admin = pin(kCho, {1});
    settle();
    EXPECT_EQ(refusal_of(member), Code::not_permitted);
    EXPECT_EQ(refusal_of(nothing), Code::not_found);
    EXPECT_EQ(answer_to(nothing)->refused().field(), "settings.pinned");
    EXPECT_EQ(refusal_of(without), Code::epoch_changed);
    EXPECT_TRUE(done(admin));
    EXPECT_EQ(pinned(), 1U);
    pin(kCho, {});
    settle();
    EXPECT_EQ(pinned(), 0U);
}

TEST_F(ModerationLog, WhatIsRecalledIsPinnedNoMore) {
    say(kBob, 2);
    pin(kCho, {2});
    settle();
    recall(kBob, {1});
    settle();
    EXPECT_EQ(pinned(), 2U);
    recall(kBob, {2});
    settle();
    EXPECT_EQ(pinned(), 0U);
    const auto gone = pin(kCho, {2});
    settle();
    EXPECT_EQ(refusal_of(gone), Code::not_found);
    EXPECT_EQ(std::get<bus::GroupChanged>(items.back().event).settings.pinned(), 0U);
}

TEST_F(ModerationLog, WhatIsNotKeptIsPinnedNoMore) {
    say(kBob, 3);
    pin(kCho, {1});
    settle();
    pb::ClientFrame frame;
    frame.mutable_configure_group()->mutable_settings()->set_retention_entries(1);
    frame.mutable_configure_group()->add_fields("retention_entries");
    submit(kAnn, std::move(frame));
    settle();
    for (int i = 0; i < 3; ++i) {
        now += limits::kRetentionEvery;
        tick();
        settle();
    }
    EXPECT_EQ(head->floor, Seq{2});
    EXPECT_EQ(pinned(), 0U);
}

// ---- Reactions that a moderator takes away

TEST_F(ModerationLog, TakingReactionsAwayIsToldOnceWithTheEmoji) {
    const std::string thumb = "\U0001F44D";
    say(kBob);
    for (const UserId uid : {kAnn, kBob, kCho, kDan}) react(uid, {1}, thumb);
    react(kBob, {1}, "\U0001F389");
    settle();
    const auto clear = [&](UserId by, const std::string& emoji) {
        pb::ClientFrame frame;
        frame.mutable_clear_reactions()->set_epoch(1);
        frame.mutable_clear_reactions()->set_seq(1);
        frame.mutable_clear_reactions()->set_emoji(emoji);
        const auto request = submit(by, std::move(frame));
        settle();
        return request;
    };
    EXPECT_EQ(refusal_of(clear(kDan, thumb)), Code::not_permitted);
    EXPECT_TRUE(done(clear(kCho, thumb)));
    ASSERT_EQ(moderation.size(), 1U) << "in two steps";
    EXPECT_EQ(moderation[0], (store::ModerationRow{.time = now,
                                                   .by = kCho,
                                                   .kind = ModerationKind::clear_reactions,
                                                   .epoch = {1},
                                                   .seq = {1},
                                                   .reason = thumb}));
    EXPECT_TRUE(done(clear(kAnn, "")));
    ASSERT_EQ(moderation.size(), 2U);
    EXPECT_EQ(moderation[0].reason, "");
    EXPECT_TRUE(done(clear(kAnn, "")));
    EXPECT_EQ(moderation.size(), 2U) << "nothing was there to take";
}

}  // namespace
}  // namespace stentor::group
