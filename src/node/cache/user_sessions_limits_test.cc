// How much a node holds of the users who are on it.

#include "node/cache/cache_test_kit.h"

namespace stentor::cache {
namespace {

using ::testing::IsEmpty;

constexpr ConnectionToken connection(std::uint32_t n) { return {.shard = 0, .index = n}; }

class PeopleLimits : public CacheTest {
protected:
    void connect(std::uint32_t n, std::vector<GroupId> groups = {}) {
        cache.on_hello(connection(n), kAnn, now, 0);
        while (!told.asks.empty()) {
            const auto ask = std::move(told.asks.front());
            told.asks.erase(told.asks.begin());
            cache.on_reply(ask.id, bus::HelloAnswer{.groups = groups}, now);
        }
    }
    static std::vector<GroupId> groups(std::size_t count) {
        std::vector<GroupId> all;
        for (std::uint64_t gid = 1; gid <= count; ++gid) all.push_back({gid});
        return all;
    }
    void head_moves(GroupId gid) {
        cache.on_nudge(bus::HeadMoved{.gid = gid, .head = Seq{9}, .members = 2}, now);
    }
    void second() { cache.on_tick(now += Millis{1'000}); }
};

TEST_F(PeopleLimits, AUserHasSoManyConnectionsAndAnotherOneWhenOneIsGone) {
    for (std::uint32_t n = 1; n <= limits::kConnectionsPerUser; ++n) connect(n);
    EXPECT_THAT(told.expelled, IsEmpty());
    constexpr std::uint32_t kOneMore = limits::kConnectionsPerUser + 1;
    connect(kOneMore);
    ASSERT_EQ(told.expelled.size(), 1U);
    EXPECT_EQ(told.expelled[0].first, connection(kOneMore));
    const Error& why = told.expelled[0].second;
    EXPECT_EQ(why.code, Code::overloaded);
    EXPECT_EQ(why.where, "connections");
    EXPECT_EQ(why.limit, limits::kConnectionsPerUser);
    EXPECT_GT(why.retry_after_ms, 0U);
    // The one that was refused is gone, too, and was never counted.
    cache.on_gone(connection(kOneMore), kAnn);
    connect(kOneMore);
    EXPECT_EQ(told.expelled.size(), 2U);
    cache.on_gone(connection(1), kAnn);
    connect(kOneMore);
    EXPECT_EQ(told.expelled.size(), 2U);
}

TEST_F(PeopleLimits, SoManyBadgesAreAskedForAtOnceAndTheNextWithEachAnswer) {
    connect(1, groups(limits::kBadgeAsks + 2));
    second();
    told.asks.clear();
    for (std::uint64_t gid = 1; gid <= limits::kBadgeAsks + 2; ++gid) head_moves({gid});
    second();
    EXPECT_EQ(told.asks.size(), limits::kBadgeAsks);
    cache.on_reply(told.asks.front().id, bus::OpenAnswer{}, now);
    EXPECT_EQ(told.asks.size(), limits::kBadgeAsks + 1);
}

// Its members are too many to be asked for at each entry.
TEST_F(PeopleLimits, OfALargeGroupABadgeIsAskedForOnceInAPeriod) {
    connect(1, {kGroup});
    second();
    told.asks.clear();
    std::size_t asked = 0;
    constexpr int kPeriods = 3;
    for (Millis passed{0}; passed < kPeriods * limits::kBadgesEvery; passed += Millis{1'000}) {
        const Seq head{static_cast<std::uint64_t>(passed.count()) + 9};
        cache.on_nudge(
            bus::HeadMoved{.gid = kGroup, .head = head, .members = limits::kSmallGroup + 1}, now);
        second();
        for (const auto& ask : std::exchange(told.asks, {})) {
            ++asked;
            cache.on_reply(ask.id,
                           bus::OpenAnswer{.member = {.role = pb::ROLE_MEMBER}, .head = head}, now);
        }
    }
    EXPECT_EQ(asked, kPeriods);
}

// What is beyond is found in the list all the same.
TEST_F(PeopleLimits, SoManyGroupsOfAUserHaveABadge) {
    connect(1, groups(limits::kGroupsListed + 1));
    second();
    told.asks.clear();
    head_moves({limits::kGroupsListed});
    head_moves({limits::kGroupsListed + 1});
    second();
    ASSERT_EQ(told.asks.size(), 1U);
    EXPECT_EQ(std::get<bus::AskOpen>(told.asks[0].question).gid, GroupId{limits::kGroupsListed});
}

}  // namespace
}  // namespace stentor::cache
