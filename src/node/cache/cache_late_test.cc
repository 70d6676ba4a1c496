// What comes late, or from another history, and what is bounded.

#include <array>

#include "node/cache/cache_test_kit.h"

namespace stentor::cache {
namespace {

using ::testing::IsEmpty;

class LateTest : public CacheTest {
protected:
    void reopen() {
        told.opens.clear();
        open();
        answer_all();
        ASSERT_EQ(told.opens.size(), 1U);
    }
    // And more than is told of one by one.
    void miss_too_much() {
        too_much = true;
        lose();
        read_anew();
        answer_all();
        for (const std::uint64_t ticket : told.lists) {
            cache.on_watcher_list(kGroup, ticket, std::array{kAnn}, now);
        }
        too_much = false;
    }
};

// ---- Other histories

TEST_F(LateTest, TheFloorOfAHistoryEndsWithIt) {
    open_it();
    item(bus::GroupChanged{.floor = Seq{300}, .floor_digest = log.digests[300]}, 1);
    restore(380);
    reopen();
    EXPECT_EQ(told.opens[0].frame.opened().floor(), 0U);
    pull(201, 210);
    answer_all();
    EXPECT_EQ(told.ranges.size(), 1U);
}

TEST_F(LateTest, AViewOfAFormerHistoryIsNotTaken) {
    open();
    ASSERT_EQ(told.asks.size(), 1U);
    const auto late = told.asks.front();
    const Result<bus::Reply> former = answer(late.question);
    told.asks.clear();
    cache.on_reply(late.id, former, now);
    restore(380);
    told.opens.clear();
    open();
    ASSERT_EQ(told.asks.size(), 1U);
    const AskId id = told.asks.front().id;
    told.asks.clear();
    cache.on_reply(id, former, now);
    answer_all();
    ASSERT_EQ(told.opens.size(), 1U);
    EXPECT_EQ(told.opens[0].frame.opened().epoch(), log.epoch.value);
    EXPECT_EQ(told.opens[0].frame.opened().head(), 400U);
}

TEST_F(LateTest, WhoReadsAHistoryThatIsForgottenGoesBackToItsEnd) {
    open_it();
    for (std::uint64_t i = 0; i <= limits::kForks; ++i) {
        restore(i == 0 ? 100 : 300);
        reopen();
    }
    told.unasked.clear();
    open(310, kEpoch);
    answer_all();
    ASSERT_EQ(told.unasked.size(), 1U);
    EXPECT_EQ(told.unasked[0].frame.fork().fork_seq(), 100U);
}

// ---- Pages

TEST_F(LateTest, WhoWaitedForAPageFromBeforeABreakIsServedByAnother) {
    open_it();
    pull(120, 150);
    const auto load = told.asks.front();
    const Result<bus::Reply> before = answer(load.question);
    told.asks.clear();
    miss_too_much();
    answer_all();
    cache.on_reply(load.id, before, now);
    EXPECT_THAT(told.ranges, IsEmpty());
    answer_all();
    EXPECT_THAT(told.refusals, IsEmpty());
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_EQ(told.ranges[0].seating.reached, Seq{150});
}

// Their own was known before the page was lost, so they wait for it with everybody.
TEST_F(LateTest, WhatIsOnesOwnIsOnNobodyElsesPage) {
    open_it();
    pull(120, 150);
    answer_all();
    told.ranges.clear();
    member.overlay = true;
    mine.hidden = {Seq{130}};
    pull(120, 150);
    ASSERT_EQ(told.asks.size(), 1U);
    const AskId own = told.asks.front().id;
    told.asks.clear();
    miss_too_much();
    answer_all();
    cache.on_reply(own, mine, now);
    member.overlay = false;
    pull(120, 150);
    answer_all();
    ASSERT_EQ(told.ranges.size(), 2U);
    EXPECT_EQ(told.ranges[0].frame.range().hidden_size(), 1);
    EXPECT_EQ(told.ranges[1].frame.range().hidden_size(), 0);
}

TEST_F(LateTest, AroundATimeIsAPageAlsoWhereAFloorCutsIt) {
    open_it();
    near = 300;
    cache.on_near(waiter(), kGroup, from_ms(5), {.floor = Seq{250}}, now);
    answer_all();
    EXPECT_THAT(told.answers, IsEmpty());
    ASSERT_EQ(told.ranges.size(), 1U);
    EXPECT_EQ(told.ranges[0].frame.range().first_seq(), 251U);
}

// ---- Opened

TEST_F(LateTest, AnOpenedThatWouldBeTooLongStartsAfresh) {
    log.add(6, std::string(limits::kRangeBytes / 5, 'x'));
    open_it();
    open(500, kEpoch);
    open(503, kEpoch);
    answer_all();
    ASSERT_EQ(told.opens.size(), 2U);
    EXPECT_TRUE(told.opens[0].frame.opened().reset());
    EXPECT_FALSE(told.opens[1].frame.opened().reset());
    EXPECT_EQ(told.opens[1].frame.opened().entries_size(), 3);
}

TEST_F(LateTest, AnOpenedSaysUntilWhenOneIsMuted) {
    member.muted_until = now + Millis{60'000};
    open();
    answer_all();
    EXPECT_EQ(told.opens.at(0).frame.opened().muted_until_ms(), to_ms(member.muted_until));
}

// ---- Catching up

TEST_F(LateTest, AHoleOfSeveralPagesIsFilledAtOnce) {
    open_it();
    log.add(3 * limits::kRangeEntries);
    lose();
    add(1, 2);
    answer_all();
    ASSERT_FALSE(told.pushes.empty());
    EXPECT_EQ(told.pushes.back().last, Seq{log.head()});
}

TEST_F(LateTest, OwnersAreAskedAboutQuietGroupsAFewATick) {
    constexpr std::uint64_t kGroups = 300;
    for (std::uint64_t gid = 1; gid <= kGroups; ++gid) {
        cache.on_open(waiter(), GroupId{gid}, kAnn, {}, {}, now);
    }
    answer_all();
    ASSERT_EQ(told.opens.size(), kGroups);
    const auto asked = [&] {
        cache.on_tick(now);
        const std::size_t asks = told.asks.size();
        answer_all();
        return asks;
    };
    now += Millis{20'000};
    EXPECT_EQ(asked(), 256U);
    EXPECT_EQ(asked(), kGroups - 256);
    EXPECT_EQ(asked(), 0U);
}

}  // namespace
}  // namespace stentor::cache
