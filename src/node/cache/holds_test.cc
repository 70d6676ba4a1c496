#include "node/cache/cache.h"
#include "node/cache/cache_test_kit.h"
#include "wire/envelope.h"

namespace stentor::cache {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// A group that is set to hold pushes until 10 entries have gathered, or 1 s: the articles' rule.
class HoldTest : public CacheTest {
protected:
    HoldTest() {
        settings.set_hold_ms(1'000);
        settings.set_hold_entries(10);
    }
    void watched() {
        open_it();
        item(bus::GroupChanged{.settings = settings, .members = 2}, next_++);
    }
    void add_one() { add(1, next_++); }
    // As the hub does it: it wakes when it asked to, and not before.
    void pass(Millis time) {
        const Time end = now + time;
        while (cache.wake_at() && *cache.wake_at() <= end) {
            now = std::max(now, *cache.wake_at());
            cache.on_wake(now);
        }
        now = end;
    }
    std::vector<std::pair<std::uint64_t, std::uint64_t>> pushed() const {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
        for (const Push& push : told.pushes) all.emplace_back(push.first.value, push.last.value);
        return all;
    }

    // A tick is several.
    static pb::ServerFrame first_message(const Push& push) {
        return *wire::decode_event(push.encoded->payload(0));
    }

    pb::GroupSettings settings;
    std::uint64_t next_ = 1;
};

TEST_F(HoldTest, TenEntriesInHalfASecondAreOnePush) {
    watched();
    for (int i = 0; i < 10; ++i) {
        EXPECT_THAT(told.pushes, ::testing::IsEmpty());
        pass(Millis{50});
        add_one();
    }
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 510)));
    EXPECT_EQ(cache.wake_at(), std::nullopt);
}

TEST_F(HoldTest, EightEntriesInASecondAreOnePushAtTheEndOfIt) {
    watched();
    const Time start = now;
    for (int i = 0; i < 8; ++i) {
        add_one();
        pass(Millis{124});
    }
    EXPECT_THAT(told.pushes, ::testing::IsEmpty());
    ASSERT_EQ(cache.wake_at(), start + Millis{1'000});
    pass(Millis{8});
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 508)));
}

TEST_F(HoldTest, AQuietGroupWithoutAWindowIsPushedAtOnce) {
    settings.set_hold_ms(0);
    watched();
    add_one();
    add_one();
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 501), Pair(502, 502)));
}

TEST_F(HoldTest, AWindowWithoutANumberGathersWhatFitsAPush) {
    settings.set_hold_entries(0);
    watched();
    add(limits::kBatchEntries - 1, next_++);
    EXPECT_THAT(told.pushes, ::testing::IsEmpty());
    add_one();
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 700)));
}

TEST_F(HoldTest, AWindowGathersNoMoreBytesThanFitAPush) {
    settings.set_hold_entries(0);
    watched();
    const std::string body(limits::kBatchBytes / 3, 'x');
    for (int i = 0; i < 2; ++i) add(1, next_++, body);
    EXPECT_THAT(told.pushes, ::testing::IsEmpty());
    add(1, next_++, body);
    ASSERT_FALSE(told.pushes.empty());
    EXPECT_EQ(told.pushes.back().last, Seq{503});
}

TEST_F(HoldTest, WhoOpensMeanwhileIsContinuedByThePush) {
    watched();
    add_one();
    open(490, kEpoch);
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].seating.reached, Seq{500});
    EXPECT_EQ(told.opens[0].frame.opened().head(), 500U);
    EXPECT_THAT(told.pushes, ::testing::IsEmpty());
    pass(Millis{1'000});
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 501)));
}

TEST_F(HoldTest, WhoKnowsMoreEndsTheWindow) {
    watched();
    add_one();
    pull(501, 501);
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 501)));
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_THAT(seqs(told.ranges[0].frame.range().entries()), ElementsAre(501));

    add_one();
    member.floor = Seq{502};  // Who has joined above it.
    open();
    answer_all();
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 501), Pair(502, 502)));
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].seating.reached, Seq{502});
}

TEST_F(HoldTest, WhatIsRecalledWhileItIsHeldIsPushedRecalled) {
    watched();
    add_one();
    item(bus::EntryChanged{log.recall(501), Seq{501}}, next_++);
    EXPECT_THAT(told.pushes, ::testing::IsEmpty());
    pass(Millis{1'000});
    ASSERT_EQ(told.pushes.size(), 1U);
    EXPECT_THAT(told.pushes[0].encoded->bytes(), ::testing::Not(::testing::HasSubstr("body")));
}

TEST_F(HoldTest, ARecallOfAnOlderEntryAndAKickDoNotWait) {
    watched();
    add_one();
    item(bus::EntryChanged{log.recall(400), Seq{501}}, next_++);
    ASSERT_EQ(told.pushes.size(), 1U);
    EXPECT_EQ(told.pushes[0].lane, Lane::control);
    item(bus::MemberChanged{.uid = kBob, .member = {.version = 9}}, next_++);
    EXPECT_THAT(told.ousts, ElementsAre(Pair(kBob, 9U)));
}

TEST_F(HoldTest, TalliesOfHeldEntriesWaitForThem) {
    watched();
    pass(Millis{5'000});
    cache.on_tick(now);  // The settings are told.
    told.pushes.clear();
    add_one();
    pb::Tally tally;
    tally.set_seq(501);
    tally.set_read_by(1);
    item(bus::TalliesChanged{{tally}}, next_++);
    now += Millis{999};
    cache.on_tick(now);
    for (const Push& push : told.pushes) {
        EXPECT_FALSE(first_message(push).has_tallies());
    }
    pass(Millis{1'000});
    told.pushes.clear();
    now += Millis{5'000};
    cache.on_tick(now);
    ASSERT_EQ(told.pushes.size(), 1U);
    ASSERT_TRUE(first_message(told.pushes[0]).has_tallies());
    EXPECT_EQ(first_message(told.pushes[0]).tallies().tallies(0).seq(), 501U);
}

TEST_F(HoldTest, WhatIsHeldAtABreakOfTheStreamIsAskedForAgain) {
    watched();
    add_one();
    next_ += 1;  // An item is lost.
    add_one();
    answer_all();
    pass(Millis{2'000});
    std::uint64_t next = 501;
    for (const auto& [first, last] : pushed()) {
        EXPECT_EQ(first, next);
        next = last + 1;
    }
    EXPECT_EQ(next, 503U);
}

TEST_F(HoldTest, WhatIsHeldAtABreakIsPushedAsItIsAfterIt) {
    watched();
    add_one();
    log.recall(501);  // Its item is lost.
    next_ += 1;
    add_one();
    answer_all();
    pass(Millis{2'000});
    ASSERT_FALSE(told.pushes.empty());
    const auto frame = wire::decode_event(told.pushes.front().encoded->payload(0));
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->batch().first_seq(), 501U);
    EXPECT_TRUE(frame->batch().entries(0).recalled());
}

TEST_F(HoldTest, ANewEpochDropsWhatIsHeld) {
    watched();
    add_one();
    restore(500);
    EXPECT_EQ(cache.wake_at(), std::nullopt);
    EXPECT_THAT(told.pushes, ::testing::IsEmpty());
}

TEST_F(HoldTest, TurningTheWindowOffPushesWhatItHeld) {
    watched();
    add_one();
    settings.set_hold_ms(0);
    item(bus::GroupChanged{.settings = settings, .members = 2}, next_++);
    add_one();
    EXPECT_THAT(pushed(), ElementsAre(Pair(501, 501), Pair(502, 502)));
}

}  // namespace
}  // namespace stentor::cache
