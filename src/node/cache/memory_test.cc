// How much a node holds of one group, and of the older pages of all.

#include "node/cache/memory.h"

#include "node/cache/cache_test_kit.h"
#include "node/cache/pages.h"
#include "node/cache/ticks.h"
#include "wire/envelope.h"

namespace stentor::cache {
namespace {

LogEntry entry(std::uint64_t seq, std::size_t bytes = 1) {
    return {.seq = {seq}, .bytes = share(std::string(bytes, 'x'))};
}

TEST(Memory, HoldsSoManyEntriesAndDropsTheOldest) {
    Memory memory{kGroup};
    for (std::uint64_t seq = 1; seq <= limits::kCacheEntries; ++seq) memory.append(entry(seq));
    EXPECT_NE(memory.find({1}), nullptr);
    memory.append(entry(limits::kCacheEntries + 1));
    EXPECT_EQ(memory.find({1}), nullptr);
    EXPECT_NE(memory.find({2}), nullptr);
    EXPECT_EQ(memory.since({0}), std::nullopt);
    EXPECT_EQ(memory.since({1}).value().size(), limits::kCacheEntries);
}

TEST(Memory, HoldsSoManyBytesButAlwaysTheNewestEntry) {
    Memory memory{kGroup};
    memory.append(entry(1, limits::kCacheBytes / 2));
    memory.append(entry(2, limits::kCacheBytes / 2));
    EXPECT_NE(memory.find({1}), nullptr);
    memory.append(entry(3));
    EXPECT_EQ(memory.find({1}), nullptr);
    EXPECT_NE(memory.find({2}), nullptr);
    memory.append(entry(4, limits::kCacheBytes + 1));
    EXPECT_EQ(memory.find({3}), nullptr);
    EXPECT_NE(memory.find({4}), nullptr);
}

TEST(Memory, HoldsTheTalliesOfAsManyEntries) {
    Memory memory{kGroup};
    pb::Tally tally;
    for (std::uint64_t seq = 1; seq <= limits::kCacheEntries; ++seq) {
        tally.set_seq(seq);
        memory.set_tally(tally);
    }
    EXPECT_NE(memory.tally({1}), nullptr);
    tally.set_seq(limits::kCacheEntries + 1);
    memory.set_tally(tally);
    EXPECT_EQ(memory.tally({1}), nullptr);
    EXPECT_NE(memory.tally({2}), nullptr);
}

TEST(Pages, SoManyAreHeldAndTheOneNotUsedForLongestGoes) {
    Pages pages;
    const auto add = [&](std::uint64_t gid) {
        pages.add({.key = {.gid = {gid}, .epoch = kEpoch, .first = {1}}, .entries = {entry(1)}});
    };
    const auto held = [&](std::uint64_t gid) {
        return pages.find({gid}, kEpoch, {1}, {}).page != nullptr;
    };
    for (std::uint64_t gid = 1; gid <= limits::kCachePages; ++gid) add(gid);
    EXPECT_EQ(pages.size(), limits::kCachePages);
    EXPECT_TRUE(held(1)) << "used just now";
    add(limits::kCachePages + 1);
    EXPECT_EQ(pages.size(), limits::kCachePages);
    EXPECT_TRUE(held(1));
    EXPECT_FALSE(held(2));
}

class TicksTest : public testing::Test {
protected:
    // How many the next tick shows typing; nothing: none is due.
    std::optional<std::size_t> typing(Time at, std::uint64_t audience = 1) {
        const Ticks::Due due = ticks.take(memory, audience, storm::kCalm, at);
        if (!due.encoded) return std::nullopt;
        const auto frame = wire::decode_event(due.encoded->payload(0));
        return static_cast<std::size_t>(frame.value().typing_now().uids_size());
    }
    Memory memory{kGroup};
    Ticks ticks;
    Time now = from_ms(1'000'000);
};

TEST_F(TicksTest, OfManyWhoTypeAFewAreShown) {
    for (std::uint64_t uid = 1; uid <= limits::kTypingShown; ++uid) ticks.on_typing({uid});
    EXPECT_EQ(typing(now), limits::kTypingShown);
    for (std::uint64_t uid = 1; uid <= limits::kTypingShown + 1; ++uid) ticks.on_typing({uid});
    EXPECT_EQ(typing(now + limits::kTicksEvery), limits::kTypingShown);
}

TEST_F(TicksTest, TheLongestTimeBetweenTwoHasABound) {
    ticks.on_typing(kAnn);
    EXPECT_TRUE(typing(now, 100'000'000));
    ticks.on_typing(kAnn);
    EXPECT_FALSE(typing(now + limits::kTicksAtMost - Millis{1}));
    EXPECT_TRUE(typing(now + limits::kTicksAtMost));
}

}  // namespace
}  // namespace stentor::cache
