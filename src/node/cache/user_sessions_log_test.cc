// A user's own log, and badges whose question was not answered.

#include "node/cache/cache_test_kit.h"
#include "node/cache/user_sessions.h"

namespace stentor::cache {
namespace {

constexpr ConnectionToken kPhone{.shard = 0, .index = 1, .generation = 1};

class PeopleLogTest : public CacheTest {
protected:
    void connect() {
        cache.on_hello(kPhone, kAnn, now, 0);
        reply(bus::HelloAnswer{.groups = {kGroup}});
        told.unasked.clear();
    }
    // To the oldest question.
    void reply(Result<bus::Reply> answer) {
        ASSERT_FALSE(told.asks.empty());
        const AskId id = told.asks.front().id;
        told.asks.erase(told.asks.begin());
        cache.on_reply(id, std::move(answer), now);
    }
    void moved() { cache.on_nudge(bus::UserLogMoved{kAnn}, now); }
    // Behind what the log is asked for; nothing: it is not.
    std::optional<std::uint64_t> asked_after() const {
        if (told.asks.empty()) return std::nullopt;
        return std::get<bus::AskUserLog>(told.asks.front().question).after;
    }
    void half_a_second() { cache.on_tick(now += Millis{500}); }
};

TEST_F(PeopleLogTest, ALogThatWasCutIsToldAndGoneOnFromItsEnd) {
    connect();
    moved();
    EXPECT_EQ(asked_after(), 0U);
    pb::UserLog cut;
    cut.set_reset(true);
    cut.set_head(500);
    reply(cut);
    ASSERT_EQ(told.unasked.size(), 1U);
    EXPECT_TRUE(told.unasked[0].frame.user_log().reset());
    EXPECT_EQ(asked_after(), std::nullopt);
    moved();
    EXPECT_EQ(asked_after(), 500U);
}

// Else the groups that their Hello names would be taken for known, and no badge ever told.
TEST_F(PeopleLogTest, AnAnswerToAStayThatIsOverSaysNothingOfTheNextOne) {
    connect();
    moved();
    cache.on_gone(kPhone, kAnn);
    cache.on_hello(kPhone, kAnn, now, 0);
    pb::UserLog cut;
    cut.set_reset(true);
    cut.set_head(500);
    reply(cut);
    reply(bus::HelloAnswer{.groups = {kGroup}});
    half_a_second();
    told.asks.clear();
    cache.on_nudge(bus::HeadMoved{.gid = kGroup, .head = Seq{11}, .members = 10}, now);
    half_a_second();
    EXPECT_EQ(told.asks.size(), 1U) << "the badge of their group";
}

TEST_F(PeopleLogTest, WhatIsMoreThanAPageIsAskedForToItsEnd) {
    connect();
    moved();
    for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        ASSERT_EQ(asked_after(), seq - 1);
        pb::UserLog page;
        page.set_head(3);
        page.add_entries()->set_user_log_seq(seq);
        reply(page);
    }
    EXPECT_EQ(told.unasked.size(), 3U);
    EXPECT_EQ(asked_after(), std::nullopt);
}

TEST_F(PeopleLogTest, WhatComesWhileABadgeIsAskedForIsAskedForAtOnceAfterIt) {
    connect();
    half_a_second();
    told.asks.clear();
    const auto head = [&](std::uint64_t seq) {
        cache.on_nudge(bus::HeadMoved{.gid = kGroup, .head = Seq{seq}, .members = 10}, now);
    };
    head(11);
    half_a_second();
    ASSERT_EQ(told.asks.size(), 1U);
    head(12);
    reply(bus::OpenAnswer{.member = {.role = pb::ROLE_MEMBER, .unread = 1}, .head = Seq{11}});
    half_a_second();
    EXPECT_EQ(told.asks.size(), 1U);
}

TEST_F(PeopleLogTest, ANewNameThatTheOwnerDidNotAnswerForIsToldLater) {
    connect();
    cache.on_nudge(bus::GroupMoved{.gid = kGroup, .name = "new"}, now);
    half_a_second();
    reply(std::unexpected(Error{.code = Code::timeout}));
    std::vector<std::string> names;
    for (int i = 0; i < 70; ++i) {
        half_a_second();
        while (!told.asks.empty()) {
            reply(bus::OpenAnswer{.member = {.role = pb::ROLE_MEMBER}});
        }
        for (const auto& [connection, pulse] : std::exchange(told.pulses, {})) {
            for (const pb::Badge& badge : pulse.badges()) names.push_back(badge.name());
        }
    }
    EXPECT_THAT(names, ::testing::ElementsAre("new"));
}

}  // namespace
}  // namespace stentor::cache
