// What the stream lost, or tells later than an answer does.

#include <algorithm>

#include "node/cache/cache_test_kit.h"
#include "wire/envelope.h"

namespace stentor::cache {
namespace {

TEST_F(CacheTest, WhatIsThereIsServedThoughTheHeadGoesOn) {
    open_it();
    add(1, 1);
    pull(502, 600);
    log.add(1);
    answer_all();  // 502 is there; the stream has yet to tell it.
    item(bus::EntriesAdded{.entries = log.slice(502, 502)}, 2);
    log.add(1);  // So the next answer, too, knows more than the stream has told.
    cache.on_tick(now += Millis{1'000});
    answer_all();
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_EQ(told.ranges[0].seating.reached, Seq{502});
}

TEST_F(CacheTest, WhatAFormerEpochHadHeardOfIsNotBelievedInTheNextOne) {
    open_it();
    add(1, 1);
    log.add(20);
    pull(502, 600);
    answer_all();  // An answer says that 521 is there; then the store goes back.
    log = Log{400};
    log.epoch = Epoch{4};
    item(bus::GroupChanged{.fork = Seq{380}}, 2);
    open();
    answer_all();
    told.pushes.clear();
    now += Millis{10'000};
    log.add(1);
    pull(401, 500);
    answer_all();
    EXPECT_TRUE(told.pushes.empty()) << "the stream may still say that somebody left before 401";
    cache.on_tick(now += Millis{1'000});
    answer_all();
    const auto entries = std::ranges::find(told.pushes, Lane::entries, &Push::lane);
    ASSERT_NE(entries, told.pushes.end());
    EXPECT_EQ(entries->last, Seq{401});
}

TEST_F(CacheTest, AnOwnerReplacedBeforeItsFirstItemCameIsABreakToo) {
    open_it();
    log.recall(490);  // Its item, the first to this node, is lost with the owner.
    log.add(1);
    item(bus::EntriesAdded{.entries = log.slice(501, 501)}, 1, Term{kTerm.value + 1});
    EXPECT_EQ(told.rechecks, 1);
    answer_all();
    pull(490, 490);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_TRUE(told.ranges[0].frame.range().entries(0).recalled());
}

TEST_F(CacheTest, AViewFromBeforeABreakIsNotTaken) {
    open();
    ASSERT_EQ(told.asks.size(), 1U);
    const auto ask = std::move(told.asks.front());
    told.asks.clear();
    const Result<bus::Reply> before = answer(ask.question);
    log.recall(490);  // Item 1 is lost.
    item(bus::MemberChanged{.uid = kBob, .member = {.role = pb::ROLE_MEMBER}}, 2);
    cache.on_reply(ask.id, before, now);
    answer_all();
    EXPECT_EQ(told.opens.size(), 1U);
    pull(490, 490);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_TRUE(told.ranges[0].frame.range().entries(0).recalled());
}

// The owner has made a view; before it comes, the stream tells an entry above it, and a change of
// it.
TEST_F(CacheTest, ARecallToldBeforeTheViewIsNotUndoneByWhatTheStreamToldBeforeIt) {
    open();
    ASSERT_EQ(told.asks.size(), 1U);
    const auto ask = std::move(told.asks.front());
    told.asks.clear();
    const Result<bus::Reply> before = answer(ask.question);
    add(1, 1);
    item(bus::EntryChanged{log.recall(501), Seq{501}}, 2);
    cache.on_reply(ask.id, before, now);
    answer_all();
    pull(501, 501);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_TRUE(told.ranges[0].frame.range().entries(0).recalled());
}

// Those who watch are pushed what a view brings, and nobody tells them of it again.
TEST_F(CacheTest, ARecallToldBeforeTheViewIsInWhatTheViewPushes) {
    open_it();
    add(1, 1);
    log.add(1);  // Item 2 is lost; the next one shows that it told an entry.
    log.add(1);
    item(bus::EntriesAdded{.entries = log.slice(503, 503)}, 3);
    told.asks.clear();  // The question for what was missed is lost as well.
    open(0, {}, kBob);
    ASSERT_EQ(told.asks.size(), 1U);
    const auto ask = std::move(told.asks.front());
    told.asks.clear();
    const Result<bus::Reply> before = answer(ask.question);
    item(bus::EntryChanged{log.recall(502), Seq{502}}, 4);
    told.pushes.clear();
    cache.on_reply(ask.id, before, now);
    ASSERT_FALSE(told.pushes.empty());
    const auto pushed = wire::decode_event(told.pushes[0].encoded->payload(0));
    ASSERT_TRUE(pushed);
    EXPECT_EQ(pushed->batch().first_seq(), 502U);
    EXPECT_TRUE(pushed->batch().entries(0).recalled());
}

// A view overtakes the stream as any answer does: the stream may still say that somebody left.
TEST_F(CacheTest, WhatOnlyAViewKnowsIsPushedWhenTheStreamHadItsTime) {
    open_it();
    add(1, 1);
    item(bus::TypingSeen{}, 3);  // 2 is lost, so the next open brings a view.
    answer_all();
    log.add(2);
    told.pushes.clear();
    open(0, {}, kBob);
    answer_all();
    EXPECT_TRUE(told.pushes.empty());
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].frame.opened().head(), 501U);
    cache.on_tick(now += Millis{1'000});
    answer_all();
    const auto entries = std::ranges::find(told.pushes, Lane::entries, &Push::lane);
    ASSERT_NE(entries, told.pushes.end());
    EXPECT_EQ(entries->first, Seq{502});
    EXPECT_EQ(entries->last, Seq{503});
}

TEST_F(CacheTest, WhoJoinedAboveTheHeadIsLetInWhenTheStreamHasComeThere) {
    open_it();
    log.add(3);
    member.floor = Seq{502};
    open(0, {}, kBob);
    answer_all();
    EXPECT_TRUE(told.opens.empty());
    item(bus::EntriesAdded{.entries = log.slice(501, 503)}, 1);
    cache.on_tick(now += Millis{100});
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].frame.opened().head(), 503U);
    EXPECT_EQ(told.opens[0].frame.opened().floor(), 502U);
}

// Both wait for one view; what the owner said of the first is from before a kick that was missed.
TEST_F(CacheTest, WhoWaitsForAViewIsAskedAboutAgainWhenSomethingWasMissed) {
    open();
    open(0, {}, kBob);
    ASSERT_EQ(told.asks.size(), 2U);
    const auto viewed = told.asks[0];
    const auto waits = told.asks[1];
    told.asks.clear();
    cache.on_reply(waits.id, answer(waits.question), now);
    item(bus::TypingSeen{}, 2);  // 1 is lost: it said that Bob was put out.
    cache.on_reply(viewed.id, answer(viewed.question), now);
    member.role = pb::ROLE_NONE;
    answer_all();
    EXPECT_TRUE(told.opens.empty());
    EXPECT_EQ(told.refusals.size(), 2U);
}

// What is asked for when something was missed, answered later.
class CatchUpTest : public CacheTest {
protected:
    // The item of 502 is lost, the next one shows it, and its owner has read what is missing.
    void lose_one() {
        open_it();
        add(1, 1);
        log.add(1);
        add(1, 3);
        ASSERT_EQ(told.asks.size(), 1U);
        id = told.asks[0].id;
        read = log.answer(std::get<bus::AskEntries>(told.asks[0].question));
        told.asks.clear();
        told.pushes.clear();
    }
    void expect_502_recalled() {
        pull(502, 502);
        answer_all();
        ASSERT_EQ(told.ranges.size(), 1U);
        EXPECT_TRUE(told.ranges[0].frame.range().entries(0).recalled());
    }

    AskId id{};
    bus::EntriesAnswer read;
};

TEST_F(CatchUpTest, ARecallToldMeanwhileIsNotUndoneByIt) {
    lose_one();
    item(bus::EntryChanged{log.recall(502), Seq{503}}, 4);
    told.pushes.clear();
    cache.on_reply(id, read, now);
    ASSERT_FALSE(told.pushes.empty());
    const auto pushed = wire::decode_event(told.pushes[0].encoded->payload(0));
    ASSERT_TRUE(pushed);
    EXPECT_EQ(pushed->batch().first_seq(), 502U);
    EXPECT_TRUE(pushed->batch().entries(0).recalled());
    expect_502_recalled();
}

TEST_F(CatchUpTest, ARecallMissedMeanwhileIsNotUndoneByIt) {
    lose_one();
    log.recall(502);  // Item 4 is lost.
    add(1, 5);
    cache.on_reply(id, read, now);
    EXPECT_TRUE(told.pushes.empty());
    answer_all();
    EXPECT_FALSE(told.pushes.empty());
    expect_502_recalled();
}

}  // namespace
}  // namespace stentor::cache
