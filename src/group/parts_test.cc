// The small parts of a group: rate, ring, unread count, the index of sends, the item stream.

#include <gmock/gmock.h>

#include "base/limits.h"
#include "base/rate.h"
#include "group/item_stream.h"
#include "group/ring.h"
#include "group/sent_index.h"

namespace stentor::group {
namespace {

constexpr Time kNow = from_ms(1'700'000'000'000);

LogEntry entry(std::uint64_t seq, UserId sender = {1}) {
    LogEntry entry{.seq = {seq}, .sender = sender, .countable = true};
    entry.digest.bytes[0] = static_cast<std::uint8_t>(seq);
    return entry;
}

SentId id_at(Time time, std::uint8_t tail = 1) {
    return {{1}, Cmid::made_at(time, std::array<std::uint8_t, 10>{tail})};
}

TEST(Rate, GivesABurstAndThenOneInAPeriod) {
    Rate rate;
    const RateLimit limit{.period = Millis{1'000}, .burst = 3};
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(rate.take(limit, kNow));
    EXPECT_EQ(rate.take(limit, kNow), Millis{1'000});
    EXPECT_EQ(rate.take(limit, kNow + Millis{400}), Millis{600});
    EXPECT_FALSE(rate.take(limit, kNow + Millis{1'000}));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(rate.take(limit, kNow + Millis{9'000}));
    EXPECT_TRUE(rate.take(limit, kNow + Millis{9'000}));
}

TEST(Rate, WhoGoesOnAgainstRefusalsWaitsTwiceAsLongEachTimeUpToAMinute) {
    Rate rate;
    const RateLimit limit{.period = Millis{1'000}, .burst = 1};
    const Time now = kNow;
    EXPECT_FALSE(rate.take(limit, now));
    for (std::uint32_t i = 1; i < limits::kFloodAfter; ++i) {
        EXPECT_EQ(rate.take(limit, now), limit.period) << i;
        EXPECT_FALSE(rate.flooding());
    }
    Millis wait = limits::kFloodWait;
    for (int times = 0; times < 6; ++times) {
        EXPECT_EQ(rate.take(limit, now), wait) << times;
        EXPECT_TRUE(rate.flooding());
        for (std::uint32_t i = 1; i < limits::kFloodAfter; ++i) {
            EXPECT_EQ(rate.take(limit, now), wait) << i;
        }
        wait = std::min(2 * wait, limits::kFloodWaitMax);
    }
    EXPECT_EQ(wait, limits::kFloodWaitMax) << "the longest was met";
    EXPECT_FALSE(rate.take(limit, now + wait));
    EXPECT_FALSE(rate.flooding());
}

TEST(GivenBack, SoManyInARowAndThenOneInEachPeriod) {
    Rate rate;
    GivenBack given;
    const RateLimit limit{};
    for (int i = 0; i < limits::kGivenBackBurst; ++i) EXPECT_TRUE(given.pay(rate, limit, kNow));
    EXPECT_FALSE(given.pay(rate, limit, kNow));
    EXPECT_FALSE(given.pay(rate, limit, kNow + limits::kGivenBackEvery - Millis{1}));
    EXPECT_TRUE(given.pay(rate, limit, kNow + limits::kGivenBackEvery));
    EXPECT_FALSE(given.pay(rate, limit, kNow + limits::kGivenBackEvery));
}

TEST(Ring, WithAHoleGivesNoOtherEntryThanTheOneAskedFor) {
    Ring ring{{entry(1), entry(2), entry(7)}, {}};
    EXPECT_EQ(ring.find({2})->seq, Seq{2});
    for (const std::uint64_t seq : {3U, 6U, 7U}) EXPECT_EQ(ring.find({seq}), nullptr);
    ring.replace(entry(7));
    EXPECT_EQ(ring.entries()[2].seq, Seq{7});
}

TEST(Ring, KeepsTheNewestAndTheDigestAheadOfThem) {
    Ring ring{{}, {}};
    for (std::uint64_t seq = 1; seq <= limits::kRing + 5; ++seq) ring.append(entry(seq));
    EXPECT_EQ(ring.first(), Seq{6});
    EXPECT_EQ(ring.digest_before(), entry(5).digest);
    EXPECT_EQ(ring.find({5}), nullptr);
    EXPECT_EQ(ring.find({6})->seq, Seq{6});
    EXPECT_EQ(ring.find({limits::kRing + 6}), nullptr);
}

TEST(UnreadCount, PassesOverOwnRecalledAndUncountable) {
    UnreadCount unread{{9}, {0}, {4}};
    LogEntry recalled = entry(3);
    recalled.recalled = true;
    LogEntry notice = entry(2);
    notice.countable = false;
    for (const LogEntry& each : {entry(4, {9}), recalled, notice, entry(1)}) unread.look_at(each);
    EXPECT_TRUE(unread.complete());
    EXPECT_EQ(unread.count(), 1U);
}

TEST(UnreadCount, StopsAtTheCap) {
    UnreadCount unread{{9}, {0}, {1'000}};
    std::uint64_t seq = 1'000;
    while (!unread.complete()) unread.look_at(entry(seq--));
    EXPECT_EQ(unread.count(), limits::kUnreadCap);
    EXPECT_EQ(unread.next(), Seq{1'000 - limits::kUnreadCap});
}

TEST(SentIndex, CoversWhatItKnowsAndNothingOlder) {
    SentIndex index{kNow};
    EXPECT_TRUE(index.covers(id_at(kNow).cmid));
    EXPECT_FALSE(index.covers(id_at(kNow - Millis{1}).cmid));
}

TEST(SentIndex, NeverForgetsWhatIsNotDurable) {
    SentIndex index{kNow};
    index.add(id_at(kNow), {.seq = {1}});
    index.forget(kNow + Millis{60'000}, 10);
    ASSERT_NE(index.find(id_at(kNow)), nullptr);
    index.set_durable(id_at(kNow));
    index.forget(kNow + Millis{60'000}, 10);
    EXPECT_EQ(index.find(id_at(kNow)), nullptr);
    EXPECT_FALSE(index.covers(id_at(kNow).cmid));
}

// The twin of the same millisecond is given up with it, or it would be taken for unknown.
TEST(SentIndex, MovesItsCoveragePastAllIdsThatItGaveUp) {
    SentIndex index{kNow};
    index.add(id_at(kNow, 1), {.seq = {1}, .durable = true});
    index.add(id_at(kNow, 2), {.seq = {2}, .durable = true});
    index.add(id_at(kNow + Millis{5}, 3), {.seq = {3}, .durable = true});
    index.forget(kNow, 2);
    EXPECT_EQ(index.size(), 1U);
    EXPECT_FALSE(index.covers(id_at(kNow, 1).cmid));
    EXPECT_TRUE(index.covers(id_at(kNow + Millis{1}).cmid));
    EXPECT_NE(index.find(id_at(kNow + Millis{5}, 3)), nullptr);
}

TEST(ItemStream, MakesAnItemOnceForAllNodes) {
    ItemStream stream{{2}};
    std::map<std::uint32_t, std::vector<std::shared_ptr<const bus::GroupItem>>> told;
    const auto publish = [&](NodeId node, const std::shared_ptr<const bus::Items>& items) {
        EXPECT_EQ(items->term, Term{2});
        for (const auto& item : items->items) told[node.value].push_back(item);
    };
    const std::vector<NodeId> both{{1}, {2}};
    const std::vector<NodeId> one{{2}};
    stream.add(both, {.gid = {1}});
    stream.add({}, {.gid = {2}});
    stream.add(one, {.gid = {3}});
    stream.flush(publish);
    stream.flush(publish);
    ASSERT_EQ(told[1].size(), 1U);
    ASSERT_EQ(told[2].size(), 2U);
    EXPECT_EQ(told[1][0], told[2][0]);
    EXPECT_EQ(told[2][1]->gid, GroupId{3});
}

}  // namespace
}  // namespace stentor::group
