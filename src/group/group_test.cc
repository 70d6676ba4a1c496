#include <gmock/gmock.h>

#include <chrono>
#include <random>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

using store::Outcome;

class AGroup : public GroupTest {
protected:
    explicit AGroup(Settings settings = {.rate = {}, .staged_max = 100, .parked_max = 100})
        : GroupTest{settings} {
        create(kAnn);
        settle();
        answers.clear();
        items.clear();
        spans.clear();
    }
};

// ---- Answers come from the store

TEST_F(AGroup, AnswersAndPublishesOnlyWhatIsDurable) {
    const auto request = send(kAnn, cmid(), "x");
    EXPECT_EQ(answer_to(request), nullptr);
    EXPECT_TRUE(items.empty());

    commit_once();

    EXPECT_EQ(seq_of(request), Seq{1});
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(std::get<bus::EntriesAdded>(items[0].event).entries.size(), 1U);
}

TEST_F(AGroup, NumbersWithoutAHoleInTheOrderOfArrival) {
    const auto first = send(kAnn, cmid(), "x");
    const auto second = send(kAnn, cmid(), "y");
    settle();
    EXPECT_EQ(seq_of(first), Seq{1});
    EXPECT_EQ(seq_of(second), Seq{2});
    EXPECT_TRUE(continues(log[0].digest, log[1]));
}

TEST_F(AGroup, HasOneCommitUnderWayAndGathersTheNextMeanwhile) {
    send(kAnn, cmid(), "x");
    flush();
    send(kAnn, cmid(), "y");
    flush();
    ASSERT_EQ(commits.size(), 1U);
    commit_once();
    flush();
    ASSERT_EQ(commits.size(), 1U);
    EXPECT_EQ(commits.front().entries.front().seq, Seq{2});
}

// ---- Refusals

TEST_F(AGroup, RefusesWhoIsNoMemberAsIfThereWereNoGroup) {
    const auto request = send(kBob, cmid(), "x");
    settle();
    EXPECT_EQ(refusal_of(request), Code::not_found);
    EXPECT_FALSE(open(kBob));
}

TEST_F(AGroup, RefusesIdsTooOldTooNewAndNone) {
    const auto old = send(kAnn, cmid(now - limits::kSendWindow - Millis{1}), "x");
    const auto early = send(kAnn, cmid(now + limits::kClockSkew + Millis{1}), "x");
    const auto none = send(kAnn, Cmid{}, "x");
    settle();
    EXPECT_EQ(refusal_of(old), Code::send_expired);
    EXPECT_EQ(refusal_of(early), Code::clock_skew);
    EXPECT_EQ(refusal_of(none), Code::bad_field);
    EXPECT_TRUE(log.empty());
}

TEST_F(AGroup, TimesOfAClockThatHadLeaptAheadAreLeftBehindOnceItIsRight) {
    send(kAnn, cmid(), "before");
    settle();
    const Time right = now;
    now = right + std::chrono::days{40};
    send(kAnn, cmid(), "ahead");
    settle();
    now = right + Millis{5};
    send(kAnn, cmid(), "right again");
    settle();
    now = right + Millis{3};  // A little back: times stand still.
    send(kAnn, cmid(), "and on");
    settle();
    ASSERT_EQ(log.size(), 4U);
    EXPECT_EQ(log[1].time, right + std::chrono::days{40});
    EXPECT_EQ(log[2].time, right + Millis{5});
    EXPECT_EQ(log[3].time, right + Millis{5});
}

TEST_F(AGroup, RefusesBeyondTheRateAndTellsHowLong) {
    std::uint32_t request = 0;
    for (int i = 0; i < 6; ++i) request = send(kAnn, cmid(), "x", {}, false);
    EXPECT_EQ(refusal_of(request), Code::rate_limited);
    EXPECT_EQ(answer_to(request)->refused().retry_after_ms(), 1'000U);
    now += Millis{1'000};
    const auto again = send(kAnn, cmid(), "x", {}, false);
    settle();
    EXPECT_EQ(seq_of(again), Seq{6});
}

TEST_F(AGroup, WhatIsRefusedForGoodGivesItsTokenBack) {
    std::uint32_t request = 0;
    for (int i = 0; i < 10; ++i) request = send(kAnn, Cmid{}, "x", {}, false);
    EXPECT_EQ(refusal_of(request), Code::bad_field);
    for (int i = 0; i < 5; ++i) request = send(kAnn, cmid(), "x", {}, false);
    settle();
    EXPECT_EQ(seq_of(request), Seq{5});
    now += Millis{60'000};
    for (int i = 0; i < 100; ++i) request = send(kAnn, Cmid{}, "x", {}, false);
    EXPECT_EQ(refusal_of(request), Code::rate_limited) << "garbage is bounded all the same";
}

class ASmallGroup : public AGroup {
protected:
    ASmallGroup() : AGroup{{.rate = {}, .staged_max = 2, .parked_max = 2}} {}
};

TEST_F(ASmallGroup, RefusesWhatItCannotStage) {
    send(kAnn, cmid(), "x");
    send(kAnn, cmid(), "y");
    EXPECT_EQ(refusal_of(send(kAnn, cmid(), "z")), Code::overloaded);
}

class AGroupOfLargeMessages : public AGroup {
protected:
    AGroupOfLargeMessages() : AGroup{{.rate = {}, .staged_max = 1'000, .parked_max = 1}} {}
};

// An engine sends a commit in one piece, which has a largest size everywhere.
TEST_F(AGroupOfLargeMessages, CommitsSoManyBytesAtOnceAndNoMore) {
    for (int i = 0; i < 400; ++i) send(kAnn, cmid(), std::string(limits::kBodyBytes, 'x'));
    partition().flush();
    ASSERT_EQ(commits.size(), 1U);
    std::size_t bytes = 0;
    for (const LogEntry& entry : commits.front().entries) bytes += entry.bytes->size();
    EXPECT_LE(bytes, limits::kCommitBytes);
    EXPECT_GT(bytes + 2 * limits::kBodyBytes, limits::kCommitBytes);
    settle();
    EXPECT_EQ(log.size(), 400U);
}

// ---- Duplicates

TEST_F(AGroup, AnswersARetryOfWhatIsStoredWithItsNumber) {
    const Cmid id = cmid();
    send(kAnn, id, "x");
    settle();
    EXPECT_EQ(seq_of(send(kAnn, id, "x")), Seq{1});
    EXPECT_EQ(log.size(), 1U);
}

TEST_F(AGroup, AnswersARetryOfWhatIsInFlightOnceThatIsDurable) {
    const Cmid id = cmid();
    const auto first = send(kAnn, id, "x");
    const auto retry = send(kAnn, id, "x");
    EXPECT_EQ(answer_to(retry), nullptr);
    settle();
    EXPECT_EQ(seq_of(first), Seq{1});
    EXPECT_EQ(seq_of(retry), Seq{1});
    EXPECT_EQ(log.size(), 1U);
}

TEST_F(AGroup, RefusesAnotherBodyUnderTheSameId) {
    const Cmid id = cmid();
    send(kAnn, id, "x");
    settle();
    EXPECT_EQ(refusal_of(send(kAnn, id, "y")), Code::cmid_reused);
}

TEST_F(AGroup, LooksUpAnIdThatIsOlderThanItsMemory) {
    const Cmid id = cmid();
    send(kAnn, id, "x");
    settle();
    now += limits::kYoungIds + Millis{10'000};
    tick();

    const auto retry = send(kAnn, id, "x");
    ASSERT_EQ(loads.size(), 1U);
    settle();
    EXPECT_EQ(seq_of(retry), Seq{1});
    EXPECT_EQ(log.size(), 1U);
}

TEST_F(AGroup, ReloadsWhenASendIsFoundAboveTheHead) {
    send(kAnn, cmid(), "x");
    const Cmid late = cmid(now - limits::kYoungIds - Millis{5'000});
    commit_once(true, Outcome::unknown);
    settle();
    now += limits::kYoungIds + Millis{10'000};
    tick();
    // Another commit of this group lands, of which it never heard.
    land_send_behind_its_back(kAnn, late, "late");

    const auto retry = send(kAnn, late, "late");
    settle();

    EXPECT_EQ(seq_of(retry), Seq{2});
    EXPECT_EQ(open(kAnn)->view->head, Seq{2});
}

// ---- Predecessors

TEST_F(AGroup, RefusesASendWhosePredecessorIsMissing) {
    EXPECT_EQ(refusal_of(send(kAnn, cmid(), "x", cmid())), Code::predecessor_missing);
}

TEST_F(AGroup, TakesASendWhosePredecessorIsOrderedButNotDurable) {
    const Cmid first = cmid();
    send(kAnn, first, "x");
    const auto second = send(kAnn, cmid(), "y", first);
    settle();
    EXPECT_EQ(seq_of(second), Seq{2});
}

// ---- Unknown outcomes

class UnknownOutcome : public AGroup, public testing::WithParamInterface<bool> {};

TEST_P(UnknownOutcome, LeavesEverySendOnceAndInOrder) {
    const bool applied = GetParam();
    std::vector<std::uint32_t> requests;
    Cmid before{};
    for (int i = 0; i < 3; ++i) {
        const Cmid id = cmid();
        requests.push_back(send(kAnn, id, std::to_string(i), before));
        before = id;
    }
    commit_once(applied, Outcome::unknown);
    for (const auto request : requests) EXPECT_EQ(answer_to(request), nullptr);
    requests.push_back(send(kAnn, cmid(), "3", before));

    settle();

    ASSERT_EQ(log.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(seq_of(requests[i]), Seq{i + 1});
}

TEST_P(UnknownOutcome, KeepsReadPositionsThatTheStoreDoesNotKnowYet) {
    send(kAnn, cmid(), "x");
    send(kAnn, cmid(), "y");
    settle();
    read(kAnn, {2});
    members[kAnn].read = {};  // It stands in the committer's queue.
    send(kAnn, cmid(), "z");
    commit_once(GetParam(), Outcome::unknown);
    settle();
    EXPECT_EQ(open(kAnn)->member.read, Seq{2});
}

// A join that is staged behind sends has read up to where they would have stood.
TEST_P(UnknownOutcome, AJoinHasReadNothingThatCameAfterIt) {
    send(kAnn, cmid(), "x");
    join(kBob);
    answer_loads();
    commits.clear();
    flush();
    land_send_behind_its_back(kAnn, cmid(), "other");
    commits.clear();
    if (GetParam()) send(kAnn, cmid(), "y");
    partition().on_committed(kGroup, Outcome::unknown);
    settle();
    EXPECT_EQ(open(kBob)->member.read, members[kBob].floor);
}

INSTANTIATE_TEST_SUITE_P(AppliedOrNot, UnknownOutcome, testing::Bool());

TEST_F(AGroup, NumbersAnewWhenAnotherCommitCameFirst) {
    const auto request = send(kAnn, cmid(), "mine");
    land_send_behind_its_back(kAnn, cmid(), "other");
    settle();
    EXPECT_EQ(seq_of(request), Seq{2});
    EXPECT_EQ(log.size(), 2U);
}

// "Nothing was stored" may only be said of what was in no commit.
TEST_F(AGroup, SaysOfWhatMayBeStoredThatItsOutcomeIsUnknown) {
    const auto committed = send(kAnn, cmid(), "in the commit");
    flush();
    const auto staged = send(kAnn, cmid(), "behind it");
    commit_once(false, Outcome::unknown);
    fail_loads();
    EXPECT_EQ(refusal_of(committed), Code::timeout);
    EXPECT_EQ(refusal_of(staged), Code::store_unavailable);
    EXPECT_TRUE(log.empty());
}

// ---- Membership

TEST_F(AGroup, CreatesOnceHoweverOftenItIsAsked) {
    const auto again = create(kAnn);
    settle();
    EXPECT_TRUE(answer_to(again)->has_group_ready());
    EXPECT_EQ(head->version, 1U);
    const auto other = create(kBob);
    settle();
    EXPECT_EQ(refusal_of(other), Code::internal);
}

TEST_F(AGroup, LeavesMemoryWhenNobodySpeaksToItAndGoesOnWhereItWas) {
    const Cmid first = cmid();
    send(kAnn, first, "one");
    settle();
    now += limits::kGroupIdle;
    tick();
    EXPECT_EQ(partition().groups_in_memory(), 1U);
    now += Millis{1};
    tick();
    EXPECT_EQ(partition().groups_in_memory(), 0U);

    const auto again = send(kAnn, first, "one");
    const auto next = send(kAnn, cmid(), "two");
    settle();
    EXPECT_EQ(seq_of(again), Seq{1});
    EXPECT_EQ(seq_of(next), Seq{2});
    EXPECT_EQ(partition().groups_in_memory(), 1U);
}

TEST_F(AGroup, StaysInMemoryWhileACommitIsUnderWay) {
    const auto request = send(kAnn, cmid(), "one");
    flush();
    now += 2 * limits::kGroupIdle;
    tick();
    EXPECT_EQ(partition().groups_in_memory(), 1U);
    settle();
    EXPECT_EQ(seq_of(request), Seq{1});
}

TEST_F(AGroup, KnowsItsAdminsPostsFromOrdinaryOnes) {
    join(kBob);
    settle();
    bus::Command command{.gid = gid, .uid = kAnn};
    command.frame.mutable_send();
    EXPECT_EQ(partition().lane_of(command), Lane::first);
    command.uid = kBob;
    EXPECT_EQ(partition().lane_of(command), Lane::ordinary);
}

TEST_F(AGroup, JoinsAndLeavesOnceHoweverOftenItIsAsked) {
    send(kAnn, cmid(), "before");
    settle();
    join(kBob);
    join(kBob);
    settle();
    EXPECT_EQ(head->members, 2U);
    EXPECT_EQ(members[kBob].floor, Seq{1});

    leave(kBob);
    const auto again = leave(kBob);
    settle();
    EXPECT_TRUE(answer_to(again)->has_done());
    EXPECT_EQ(head->members, 1U);
    EXPECT_EQ(members[kBob].left, Seq{1});
}

TEST_F(AGroup, LetsNobodyReadOnTheStrengthOfAJoinThatIsNotDurable) {
    send(kAnn, cmid(), "before");
    settle();
    join(kBob);
    answer_loads();
    opened.reset();
    partition().on_open(1, {.gid = gid, .uid = kBob, .with_view = true}, now);
    EXPECT_FALSE(opened);
    commit_once();
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->member.floor, Seq{1});
}

TEST_F(AGroup, TellsOfALeavingBetweenTheEntriesAroundIt) {
    join(kBob);
    settle();
    items.clear();
    send(kAnn, cmid(), "before");
    leave(kBob);
    send(kAnn, cmid(), "behind");
    settle();
    ASSERT_EQ(items.size(), 3U);
    EXPECT_TRUE(std::holds_alternative<bus::EntriesAdded>(items[0].event));
    EXPECT_TRUE(std::holds_alternative<bus::MemberChanged>(items[1].event));
    EXPECT_TRUE(std::holds_alternative<bus::EntriesAdded>(items[2].event));
}

TEST_P(UnknownOutcome, TellsOfALeavingAllTheSame) {
    join(kBob);
    settle();
    items.clear();
    spans.clear();
    const auto request = leave(kBob);
    commit_once(GetParam(), Outcome::unknown);
    settle();
    EXPECT_TRUE(answer_to(request)->has_done());
    ASSERT_FALSE(spans.empty());
    EXPECT_EQ(spans.front().from, spans.front().to);
    EXPECT_EQ(spans.back().to, head->version);
    // What was stored is for nodes to ask for; the rest is told as ever.
    ASSERT_EQ(items.size(), GetParam() ? 0U : 1U);
    if (GetParam()) return;
    const auto& told = std::get<bus::MemberChanged>(items[0].event);
    EXPECT_EQ(told.uid, kBob);
    EXPECT_EQ(told.member.role, pb::ROLE_NONE);
    EXPECT_EQ(told.member.version, members[kBob].version);
}

// ---- What nodes are told is numbered by the group's versions

TEST_F(AGroup, WhatIsToldContinuesWhatWasTold) {
    join(kBob);
    settle();
    send(kBob, cmid(), "x");
    settle();
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0].from, 1U);
    EXPECT_EQ(spans[0].to, 2U);
    EXPECT_EQ(spans[1].from, 2U);
    EXPECT_EQ(spans[1].to, 3U);
    const auto answer = open(kBob);
    EXPECT_EQ(answer->epoch, Epoch{1});
    EXPECT_EQ(answer->term, Term{3});
    EXPECT_EQ(answer->versions.from, 3U);
    EXPECT_EQ(answer->versions.to, 3U);
}

TEST_F(AGroup, ACommitOfWhichNothingShowsOnlyWidensTheNextSpan) {
    send(kAnn, cmid(), "x");
    settle();
    react(kAnn, {1}, "\u2764");  // Shows: from now on they have something of their own there.
    settle();
    react(kAnn, {1}, "\U0001F44D");
    settle();
    EXPECT_EQ(open(kAnn)->versions.from, 3U);
    EXPECT_EQ(open(kAnn)->versions.to, 4U);
    spans.clear();
    send(kAnn, cmid(), "y");
    settle();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0].from, 3U);
    EXPECT_EQ(spans[0].to, 5U);
}

TEST_F(AGroup, KeepsItsOwnerWhileOthersAreIn) {
    join(kBob);
    settle();
    EXPECT_EQ(refusal_of(leave(kAnn)), Code::not_permitted);
}

// ---- Reading

TEST_F(AGroup, ClampsAReadPositionToTheHeadAndNeverMovesItBack) {
    send(kAnn, cmid(), "x");
    send(kAnn, cmid(), "y");
    settle();
    read(kAnn, {99});
    read(kAnn, {1});
    EXPECT_EQ(open(kAnn)->member.read, Seq{2});
}

// Random histories against a count over the whole log, across the ring's end.
TEST_F(AGroup, CountsUnreadExactly) {
    join(kBob);
    settle();
    std::mt19937 random{7};
    std::vector<UserId> senders;
    std::uint64_t read_to = 0;
    for (int round = 0; round < 60; ++round) {
        for (auto i = random() % 12; i > 0; --i) {
            senders.push_back(random() % 3 == 0 ? kBob : kAnn);
            send(senders.back(), cmid(), "x");
        }
        settle();
        if (random() % 4 == 0 && !senders.empty()) {
            const std::uint64_t seq = random() % senders.size() + 1;
            read(kBob, {seq});
            read_to = std::max(read_to, seq);
        }
        const auto unread = static_cast<std::uint32_t>(std::count(
            senders.begin() + static_cast<std::ptrdiff_t>(read_to), senders.end(), kAnn));
        EXPECT_EQ(open(kBob)->member.unread, std::min(unread, limits::kUnreadCap)) << round;
    }
    EXPECT_GT(senders.size(), limits::kRing);
}

}  // namespace
}  // namespace stentor::group
