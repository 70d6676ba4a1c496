// What was missed, comes again, or comes out of order.

#include <algorithm>
#include <array>

#include "node/cache/cache_test_kit.h"
#include "wire/envelope.h"

namespace stentor::cache {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class MissedTest : public CacheTest {
protected:
    bus::GroupItem entries_item(std::uint64_t from, std::uint64_t to, std::uint64_t first,
                                std::uint64_t last) const {
        return {.gid = kGroup,
                .epoch = log.epoch,
                .from = from,
                .to = to,
                .events = {bus::EntriesAdded{log.slice(first, last), log.digests[first - 1]}}};
    }
    void tell(const bus::GroupItem& item) { cache.on_items(items_of(item), now); }
    std::vector<std::pair<std::uint64_t, std::uint64_t>> pushed() const {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
        for (const Push& push : told.pushes) {
            if (push.lane == Lane::entries) all.emplace_back(push.first.value, push.last.value);
        }
        return all;
    }
    // The commit of 502 is not told, the next one shows it; what the owner says of it is `changes`.
    void lose_one() {
        open_it();
        add(1, 1);
        log.add(1);
        add(1, 3);
        ASSERT_EQ(told.asks.size(), 1U);
        const auto& ask = std::get<bus::AskChanges>(told.asks[0].question);
        EXPECT_EQ(ask.since, 1U);
        EXPECT_EQ(ask.after, Seq{501});
        id = told.asks[0].id;
        changes = log.changes(ask);
        told.asks.clear();
        told.pushes.clear();
    }
    void expect_recalled(std::uint64_t seq) {
        pull(seq, seq);
        answer_all();
        ASSERT_EQ(told.ranges.size(), 1U);
        EXPECT_TRUE(told.ranges[0].frame.range().entries(0).recalled());
    }

    AskId id{};
    bus::ChangesAnswer changes;
};

// ---- Holes

TEST_F(MissedTest, InAHoleNothingIsShownButHeadsUntilItIsFilled) {
    lose_one();
    EXPECT_THAT(told.heads, IsEmpty());
    now += Millis{1'000};
    cache.on_reply(id, std::unexpected(Error{Code::timeout, "ask"}), now);
    cache.on_tick(now);
    EXPECT_THAT(pushed(), IsEmpty());
    EXPECT_THAT(told.heads, ElementsAre(Pair(log.epoch, Seq{503})));
    answer_all();
    EXPECT_THAT(pushed(), ElementsAre(Pair(502, 503)));
}

TEST_F(MissedTest, SumsWaitForAHoleToo) {
    lose_one();
    pb::Tally tally;
    tally.set_seq(501);
    tally.set_read_by(1);
    item(bus::TalliesChanged{{tally}}, 4);
    cache.on_tick(now += Millis{10'000});
    EXPECT_THAT(told.pushes, IsEmpty());
    cache.on_reply(id, changes, now);
    told.pushes.clear();
    cache.on_tick(now += Millis{10'000});
    ASSERT_EQ(told.pushes.size(), 1U);
    EXPECT_EQ(told.pushes[0].lane, Lane::ticks);
}

TEST_F(MissedTest, AHoleInOneGroupIsNoneInAnother) {
    constexpr GroupId kOther{78};
    open_it();
    tell({.gid = kOther, .epoch = log.epoch, .from = 8, .to = 9, .events = {}});
    add(1, 1);
    EXPECT_THAT(told.asks, IsEmpty());
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 501)));
}

TEST_F(MissedTest, WhoLeftInAHoleIsPutOutBeforeItsEntriesAreShown) {
    open_it();
    log.add(2);
    log.version = 2;  // Bob was put out, and something was said.
    rows = {{.uid = kBob, .member = {.version = 7}}};
    read_anew();
    answer_all();
    EXPECT_THAT(told.ousts, ElementsAre(Pair(kBob, 7U)));
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 502)));
}

TEST_F(MissedTest, WhoLeftInAHoleAndCameBackOpensAgain) {
    open_it();
    log.add(2);
    log.version = 3;
    rows = {{.uid = kBob, .member = {.role = pb::ROLE_MEMBER, .floor = Seq{502}, .version = 8}},
            {.uid = kAnn, .member = {.role = pb::ROLE_MEMBER, .floor = Seq{400}, .version = 8}}};
    read_anew();
    answer_all();
    EXPECT_THAT(told.ousts, ElementsAre(Pair(kBob, 8U)));
}

TEST_F(MissedTest, WhatWasChangedInAHoleIsToldAndServed) {
    open_it();
    log.recall(490);
    lose();
    item(bus::MemberChanged{.uid = kBob, .member = {.role = pb::ROLE_MEMBER}}, 2);
    answer_all();
    ASSERT_EQ(told.pushes.size(), 1U);
    EXPECT_EQ(told.pushes[0].lane, Lane::control);
    expect_recalled(490);
}

TEST_F(MissedTest, WhatNobodyToldIsFoundWhenAQuietGroupIsVerified) {
    open_it();
    log.recall(490);
    lose();
    cache.on_tick(now += Millis{21'000});
    answer_all();
    expect_recalled(490);
}

TEST_F(MissedTest, ALogThatWentFarAheadIsPulledByThoseWhoWantIt) {
    open_it();
    log.add(limits::kCacheEntries + 1);
    lose();
    read_anew();
    answer_all();
    EXPECT_THAT(pushed(), IsEmpty());
    EXPECT_THAT(told.heads, ElementsAre(Pair(log.epoch, Seq{log.head()})));
    pull(700, 710);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 1U);
    add(1, 2);
    EXPECT_THAT(pushed(), ElementsAre(Pair(log.head(), log.head())));
}

// ---- Again, late, out of order

TEST_F(MissedTest, WhatIsKnownIsDroppedAndWhatOverlapsIsTakenOnce) {
    open_it();
    log.add(4);
    tell(entries_item(0, 2, 501, 502));
    tell(entries_item(0, 2, 501, 502));
    tell(entries_item(1, 3, 502, 504));
    tell(entries_item(0, 1, 501, 501));
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 502), Pair(503, 504)));
    EXPECT_THAT(told.asks, IsEmpty());
}

TEST_F(MissedTest, ItemsOutOfOrderFillTheHoleThemselves) {
    open_it();
    log.add(3);
    tell(entries_item(2, 3, 503, 503));
    tell(entries_item(1, 2, 502, 502));
    EXPECT_THAT(pushed(), IsEmpty());
    tell(entries_item(0, 1, 501, 501));
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 501), Pair(502, 502), Pair(503, 503)));
}

// A new owner goes on where the former one ended.
TEST_F(MissedTest, ANewTermIsNoBreak) {
    open_it();
    add(1, 1);
    log.add(1);
    item(bus::EntriesAdded{.entries = log.slice(502, 502)}, 2, Term{kTerm.value + 1});
    EXPECT_THAT(told.asks, IsEmpty());
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 501), Pair(502, 502)));
}

TEST_F(MissedTest, WhatAFormerOwnerLostIsMissedInThisGroup) {
    open_it();
    log.recall(490);
    lose();
    log.add(1);
    item(bus::EntriesAdded{.entries = log.slice(501, 501)}, 2, Term{kTerm.value + 1});
    answer_all();
    expect_recalled(490);
}

TEST_F(MissedTest, SumsOfAnOwnerWhoHasBeenReplacedAreNotTaken) {
    open_it();
    add(1, 1);
    item(bus::MemberChanged{.uid = kBob, .member = {.role = pb::ROLE_MEMBER}}, 2,
         Term{kTerm.value + 1});
    cache.on_tick(now += Millis{10'000});
    told.pushes.clear();
    pb::Tally tally;
    tally.set_seq(501);
    tally.set_read_by(1);
    item(bus::TalliesChanged{{tally}}, 3);
    cache.on_tick(now += Millis{10'000});
    EXPECT_THAT(told.pushes, IsEmpty());
}

// ---- Answers

TEST_F(MissedTest, AnAnswerOfALaterVersionWaitsUntilThatIsKnown) {
    open_it();
    log.add(1);
    lose();
    open(0, {}, kBob);
    answer_one();
    EXPECT_THAT(told.opens, IsEmpty());
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].frame.opened().head(), 501U);
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 501)));
}

// Between the versions of an answer nothing was done that shows.
TEST_F(MissedTest, AnAnswerThatHoldsForTheKnownVersionTooDoesNotWait) {
    open_it();
    open(0, {}, kBob);
    cache.on_reply(
        told.asks.at(0).id,
        bus::OpenAnswer{.member = member, .epoch = log.epoch, .term = kTerm, .versions = {0, 4}},
        now);
    EXPECT_EQ(told.opens.size(), 1U);
}

TEST_F(MissedTest, AnAnswerOfBeforeWhatIsKnownIsAskedForAgain) {
    open_it();
    add(1, 5);  // Leaves a hole, which is filled.
    answer_all();
    open(0, {}, kBob);
    cache.on_reply(
        std::exchange(told.asks, {}).at(0).id,
        bus::OpenAnswer{.member = member, .epoch = log.epoch, .term = kTerm, .versions = {4, 4}},
        now);
    EXPECT_THAT(told.opens, IsEmpty());
    answer_all();
    EXPECT_EQ(told.opens.size(), 1U);
}

TEST_F(MissedTest, TheAnswerOfAnOwnerWhoHasBeenReplacedIsAskedForAgain) {
    open_it();
    log.add(1);
    item(bus::EntriesAdded{.entries = log.slice(501, 501)}, 1, Term{kTerm.value + 1});
    open(0, {}, kBob);
    for (int i = 0; i < 5 && !told.asks.empty(); ++i) answer_one();
    EXPECT_THAT(told.opens, IsEmpty());
    ASSERT_EQ(told.refusals.size(), 1U);
    EXPECT_EQ(told.refusals[0].code, Code::overloaded);
}

// Terms are numbered anew where a history goes on in a copy that lacked the newest.
TEST_F(MissedTest, InAnotherHistoryASmallerTermIsBelieved) {
    open_it();
    log = Log{400};
    log.epoch = Epoch{kEpoch.value + 1};
    log.term = Term{kTerm.value - 1};
    open(0, {}, kBob);
    answer_all();
    EXPECT_EQ(told.opens.size(), 1U);
}

TEST_F(MissedTest, ARecallToldBeforeTheViewIsNotUndoneByIt) {
    open();
    ASSERT_EQ(told.asks.size(), 1U);
    const auto ask = std::move(told.asks.front());
    told.asks.clear();
    const Result<bus::Reply> before = answer(ask.question);
    add(1, 1);
    item(bus::EntryChanged{log.recall(501), Seq{501}}, 2);
    cache.on_reply(ask.id, before, now);
    answer_all();
    expect_recalled(501);
}

TEST_F(MissedTest, ARecallLostBeforeTheViewIsAskedFor) {
    open();
    ASSERT_EQ(told.asks.size(), 1U);
    const auto ask = std::move(told.asks.front());
    told.asks.clear();
    const Result<bus::Reply> before = answer(ask.question);
    log.recall(490);
    lose();
    item(bus::MemberChanged{.uid = kBob, .member = {.role = pb::ROLE_MEMBER}}, 2);
    cache.on_reply(ask.id, before, now);
    answer_all();
    EXPECT_EQ(told.opens.size(), 1U);
    expect_recalled(490);
}

TEST_F(MissedTest, ARecallToldWhileAHoleIsAskedForIsNotUndoneByTheAnswer) {
    lose_one();
    item(bus::EntryChanged{log.recall(502), Seq{503}}, 4);
    cache.on_reply(id, changes, now);
    EXPECT_THAT(pushed(), ElementsAre(Pair(502, 503)));
    expect_recalled(502);
}

TEST_F(MissedTest, ARecallMissedWhileAHoleIsAskedForIsAskedForToo) {
    lose_one();
    log.recall(502);
    lose();
    add(1, 5);
    cache.on_reply(id, changes, now);
    answer_all();
    EXPECT_THAT(pushed(), ElementsAre(Pair(502, 503), Pair(504, 504)));
    expect_recalled(502);
}

TEST_F(MissedTest, WhoWasPutOutWhileTheyWaitForAHoleIsNotLetIn) {
    open_it();
    open(0, {}, kBob);
    log.version = 3;
    const auto asked = std::exchange(told.asks, {}).at(0);
    cache.on_reply(asked.id, answer(asked.question), now);  // Of version 3, which is not known yet.
    rows = {{.uid = kBob, .member = {.version = 9}}};
    log.version = 4;
    answer_all();
    EXPECT_THAT(told.opens, IsEmpty());
    EXPECT_EQ(told.refusals.size(), 1U);
}

// Of those who left before the view was read, the node was told nothing.
TEST_F(MissedTest, WhoWasPutOutBeforeTheViewThatTheyWaitForIsNotLetIn) {
    open();
    open(0, {}, kBob);
    ASSERT_EQ(told.asks.size(), 2U);
    const auto bobs = told.asks.back();
    told.asks.pop_back();
    cache.on_reply(bobs.id, answer(bobs.question), now);
    lose();
    answer_one();
    ASSERT_EQ(told.opens.size(), 1U) << "Ann's, which brought the view";
    ASSERT_EQ(told.asks.size(), 1U) << "Bob is asked about again";
    member.role = pb::ROLE_NONE;
    answer_all();
    EXPECT_EQ(told.opens.size(), 1U);
    ASSERT_EQ(told.refusals.size(), 1U);
    EXPECT_EQ(told.refusals[0].code, Code::not_found);
}

TEST_F(MissedTest, WhoWasAnsweredInAFormerHistoryIsAskedAboutInTheNextOne) {
    open();
    open(0, {}, kBob);
    auto asked = std::exchange(told.asks, {});
    ASSERT_EQ(asked.size(), 2U);
    cache.on_reply(asked[1].id, answer(asked[1].question), now);
    restore(380);
    cache.on_reply(asked[0].id, answer(asked[0].question), now);
    EXPECT_EQ(told.opens.size(), 1U) << "Ann's, which brought the view";
    member.role = pb::ROLE_NONE;
    answer_all();
    EXPECT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.refusals.size(), 1U);
}

TEST_F(MissedTest, WhoJoinedAboveTheHeadIsLetInWhenItHasComeThere) {
    open_it();
    log.add(3);
    lose();
    member.floor = Seq{502};
    open(0, {}, kBob);
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].frame.opened().head(), 503U);
    EXPECT_EQ(told.opens[0].frame.opened().floor(), 502U);
}

TEST_F(MissedTest, WhatAFormerEpochMissedIsNotAskedForInTheNextOne) {
    lose_one();
    restore(380);
    told.asks.clear();
    told.pushes.clear();
    open();
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].frame.opened().head(), 400U);
    cache.on_reply(id, changes, now);
    answer_all();
    EXPECT_THAT(pushed(), IsEmpty());
}

// ---- Too much

class ResetTest : public MissedTest {
protected:
    // The owner says that more was missed than it tells.
    void miss_too_much() {
        too_much = true;
        log.add(3);
        lose();
        read_anew();
        ASSERT_EQ(told.asks.size(), 1U);
        answer_one();
        too_much = false;
        ASSERT_EQ(told.lists.size(), 1U);
    }
    void list(std::span<const UserId> uids) {
        cache.on_watcher_list(kGroup, told.lists.at(0), uids, now);
    }
};

TEST_F(ResetTest, NothingIsShownUntilAllWhoWatchWereAskedAbout) {
    open_it();
    miss_too_much();
    add(1, 2);
    EXPECT_THAT(pushed(), IsEmpty());
    member.role = pb::ROLE_NONE;
    member.version = 4;
    list(std::array{kBob});
    answer_one();
    EXPECT_THAT(told.ousts, ElementsAre(Pair(kBob, 4U)));
    EXPECT_THAT(told.heads, ElementsAre(Pair(log.epoch, Seq{503})));
    answer_all();
    EXPECT_THAT(pushed(), ElementsAre(Pair(504, 504)));
}

TEST_F(ResetTest, TheyAreAskedAboutInListsOneAtATime) {
    open_it();
    miss_too_much();
    std::vector<UserId> uids;
    for (std::uint64_t uid = 1; uid <= limits::kStaysPerAsk + 1; ++uid) uids.push_back({uid});
    list(uids);
    ASSERT_EQ(told.asks.size(), 1U);
    EXPECT_EQ(std::get<bus::AskStays>(told.asks[0].question).uids.size(), limits::kStaysPerAsk);
    answer_one();
    ASSERT_EQ(told.asks.size(), 1U);
    EXPECT_EQ(std::get<bus::AskStays>(told.asks[0].question).uids.size(), 1U);
    EXPECT_THAT(told.heads, IsEmpty());
    answer_one();
    EXPECT_THAT(told.heads, ElementsAre(Pair(log.epoch, Seq{503})));
}

TEST_F(ResetTest, AListThatWasNotAnsweredIsAskedForAgain) {
    open_it();
    miss_too_much();
    list(std::array{kAnn});
    cache.on_reply(std::exchange(told.asks, {}).at(0).id,
                   std::unexpected(Error{Code::timeout, "ask"}), now);
    EXPECT_THAT(told.heads, IsEmpty());
    cache.on_tick(now += Millis{1'000});
    answer_all();
    EXPECT_THAT(told.heads, ElementsAre(Pair(log.epoch, Seq{503})));
}

TEST_F(ResetTest, WhoOpensMeanwhileWaits) {
    open_it();
    miss_too_much();
    open(0, {}, kBob);
    answer_all();
    EXPECT_THAT(told.opens, IsEmpty());
    list({});
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].frame.opened().head(), 503U);
}

TEST_F(ResetTest, WhoWasAnsweredBeforeItIsAskedAboutAfterIt) {
    open_it();
    open(0, {}, kBob);
    const auto asked = std::exchange(told.asks, {}).at(0);
    const Result<bus::Reply> before = answer(asked.question);
    miss_too_much();
    cache.on_reply(asked.id, before, now);
    EXPECT_THAT(told.opens, IsEmpty());
    list({});
    member.role = pb::ROLE_NONE;
    answer_all();
    EXPECT_THAT(told.opens, IsEmpty());
    EXPECT_EQ(told.refusals.size(), 1U);
}

TEST_F(ResetTest, WhatWasOnlyLateAndCameMeanwhileIsNotTakenBack) {
    open_it();
    miss_too_much();
    tell(entries_item(0, 1, 501, 503));
    add(1, 2);
    list({});
    answer_all();
    EXPECT_THAT(told.heads, IsEmpty());
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 503), Pair(504, 504)));
}

// A page is read at whatever version there is: somebody may have left before what it has above.
TEST_F(ResetTest, APageShowsNothingAboveTheHeadThatIsKnown) {
    open_it();
    miss_too_much();
    list({});
    answer_all();
    log.add(20);
    lose();
    pull(490, 520);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_EQ(told.ranges[0].frame.range().entries().rbegin()->seq(), 503U);
}

TEST_F(ResetTest, OldPagesAreReadAgain) {
    open_it();
    pull(120, 150);
    answer_all();
    told.ranges.clear();
    log.recall(130);
    miss_too_much();
    list({});
    answer_all();
    expect_recalled(130);
}

}  // namespace
}  // namespace stentor::cache
