#include "node/cache/user_sessions.h"

#include <map>
#include <random>

#include "node/cache/cache_test_kit.h"

namespace stentor::cache {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ConnectionToken kPhone{.shard = 0, .index = 1, .generation = 1};
constexpr ConnectionToken kDesk{.shard = 1, .index = 2, .generation = 1};
constexpr GroupId kOther{78};

class PeopleTest : public CacheTest {
protected:
    // ---- The owners
    Result<bus::Reply> answer_person(const bus::Question& question) {
        if (std::holds_alternative<bus::AskHello>(question)) {
            if (hello_fails) return std::unexpected(Error{.code = *hello_fails});
            return bus::HelloAnswer{.user_log = log_after(0), .groups = {kGroup, kOther}};
        }
        if (const auto* ask = std::get_if<bus::AskUserLog>(&question)) {
            ++log_asks;
            return log_after(ask->after);
        }
        const auto& ask = std::get<bus::AskOpen>(question);
        ++badge_asks;
        if (open_fails) return std::unexpected(Error{.code = Code::timeout});
        return bus::OpenAnswer{.member = {.role = pb::ROLE_MEMBER, .unread = unread[ask.gid]},
                               .head = heads[ask.gid],
                               .last = newest};
    }
    pb::UserLog log_after(std::uint64_t after) const {
        pb::UserLog page;
        page.set_head(user_log.size());
        for (const pb::UserLogEntry& entry : user_log) {
            if (entry.user_log_seq() > after) *page.add_entries() = entry;
        }
        return page;
    }
    void answer_people() {
        while (!told.asks.empty()) {
            auto ask = std::move(told.asks.front());
            told.asks.erase(told.asks.begin());
            cache.on_reply(ask.id, answer_person(ask.question), now);
        }
    }
    pb::UserLogEntry& happens(GroupId gid) {
        pb::UserLogEntry& entry = user_log.emplace_back();
        entry.set_user_log_seq(user_log.size());
        entry.set_gid(gid.value);
        return entry;
    }

    // ---- The world
    void connect(const ConnectionToken& connection = kPhone) {
        cache.on_hello(connection, kAnn, now, 0);
        answer_people();
    }
    void head(GroupId gid, std::uint64_t seq, std::uint32_t count, std::uint64_t members = 10) {
        heads[gid] = Seq{seq};
        unread[gid] = count;
        cache.on_nudge(bus::HeadMoved{.gid = gid, .head = Seq{seq}, .members = members}, now);
    }
    // "gid:unread" of what a second brings.
    std::vector<std::string> second() {
        told.pulses.clear();
        for (int i = 0; i < 2; ++i) {  // One asks, the next tells.
            now += Millis{500};
            cache.on_tick(now);
            answer_people();
        }
        std::vector<std::string> badges;
        for (const auto& [connection, pulse] : told.pulses) {
            for (const pb::Badge& badge : pulse.badges()) {
                badges.push_back(std::to_string(badge.gid()) + ":" +
                                 std::to_string(badge.unread()));
            }
        }
        return badges;
    }
    std::vector<std::uint64_t> logged() {
        std::vector<std::uint64_t> numbers;
        for (const auto& to : std::exchange(told.unasked, {})) {
            for (const auto& entry : to.frame.user_log().entries()) {
                numbers.push_back(entry.user_log_seq());
            }
        }
        return numbers;
    }

    // What a second tells of changes: "gid", "!" where old entries changed, the new name.
    std::vector<std::string> news() {
        second();
        std::vector<std::string> all;
        for (const auto& [connection, pulse] : told.pulses) {
            for (const pb::Badge& badge : pulse.badges()) {
                all.push_back(std::to_string(badge.gid()) + (badge.changed() ? "!" : "") +
                              badge.name());
            }
        }
        return all;
    }
    void recalled(GroupId gid) { cache.on_nudge(bus::GroupMoved{.gid = gid}, now); }
    void renamed(GroupId gid) { cache.on_nudge(bus::GroupMoved{.gid = gid, .name = "new"}, now); }

    std::optional<Code> hello_fails;
    bool open_fails = false;
    std::optional<LogEntry> newest;
    std::vector<pb::UserLogEntry> user_log;
    std::map<GroupId, std::uint32_t> unread;
    std::map<GroupId, Seq> heads;
    int log_asks = 0;
    int badge_asks = 0;
};

// ---- Hello and my own log

TEST_F(PeopleTest, HelloBringsWhatHappenedAndNudgesBringTheRestOnce) {
    happens(kGroup).mutable_muted();
    connect(kPhone);
    connect(kDesk);
    EXPECT_THAT(logged(), ElementsAre(1, 1));
    happens(kGroup).mutable_note();
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);
    happens(kGroup).mutable_note();
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);  // While the first is asked for.
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);
    EXPECT_EQ(told.asks.size(), 1U);
    answer_people();
    EXPECT_THAT(logged(), ElementsAre(2, 3, 2, 3));
    EXPECT_EQ(log_asks, 2);
    cache.on_nudge(bus::UserLogMoved{kBob}, now);  // Not here.
    EXPECT_THAT(told.asks, IsEmpty());
}

// What comes first continues what a device holds: it must not be what its neighbour is told.
TEST_F(PeopleTest, ADeviceIsToldNothingBeforeItsHelloIsAnswered) {
    connect(kPhone);
    happens(kGroup).mutable_note();
    logged();
    cache.on_hello(kDesk, kAnn, now, 0);
    ASSERT_EQ(told.asks.size(), 1U);
    auto hello = std::move(told.asks.front());
    told.asks.clear();
    const Result<bus::Reply> early = answer_person(hello.question);
    happens(kGroup).mutable_note();
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);
    answer_people();
    EXPECT_THAT(logged(), ElementsAre(1, 2));  // The phone.
    cache.on_reply(hello.id, early, now);
    ASSERT_EQ(told.unasked.size(), 1U);
    EXPECT_EQ(told.unasked[0].frame.user_log().head(), 2U);  // There is one more to fetch.
    EXPECT_THAT(logged(), ElementsAre(1));
}

TEST_F(PeopleTest, ANudgeDuringTheFirstHelloIsNotLost) {
    cache.on_hello(kPhone, kAnn, now, 0);
    auto hello = std::move(told.asks.front());
    told.asks.clear();
    const Result<bus::Reply> early = answer_person(hello.question);
    happens(kGroup).mutable_note();
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);
    EXPECT_THAT(told.asks, IsEmpty());
    cache.on_reply(hello.id, early, now);
    answer_people();
    EXPECT_THAT(logged(), ElementsAre(1));
}

TEST_F(PeopleTest, WhoIsNotWelcomeIsSentAway) {
    hello_fails = Code::token_invalid;
    connect();
    ASSERT_EQ(told.expelled.size(), 1U);
    EXPECT_EQ(told.expelled[0].second.code, Code::token_invalid);
    EXPECT_THAT(logged(), IsEmpty());
}

TEST_F(PeopleTest, AHelloThatTheOwnerCouldNotAnswerIsAskedAgain) {
    hello_fails = Code::timeout;
    happens(kGroup).mutable_muted();
    connect();
    EXPECT_THAT(told.expelled, IsEmpty());
    hello_fails.reset();
    now += Millis{1'000};
    cache.on_tick(now);
    answer_people();
    EXPECT_THAT(logged(), ElementsAre(1));
}

TEST_F(PeopleTest, AnAccountClosedMeanwhileLosesItsConnections) {
    connect(kPhone);
    connect(kDesk);
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);
    ASSERT_EQ(told.asks.size(), 1U);
    cache.on_reply(told.asks[0].id, std::unexpected(Error{.code = Code::token_invalid}), now);
    EXPECT_EQ(told.expelled.size(), 2U);
}

TEST_F(PeopleTest, AReadPositionReachesAllDevicesWithoutANumber) {
    connect(kPhone);
    connect(kDesk);
    logged();
    cache.on_nudge(bus::ReadMoved{.uid = kAnn, .gid = kGroup, .read = Seq{9}}, now);
    ASSERT_EQ(told.unasked.size(), 2U);
    const pb::UserLogEntry& entry = told.unasked[0].frame.user_log().entries(0);
    EXPECT_EQ(entry.user_log_seq(), 0U);
    EXPECT_EQ(entry.read().seq(), 9U);
}

TEST_F(PeopleTest, AReactionReachesAllDevicesWithoutANumber) {
    connect(kPhone);
    connect(kDesk);
    logged();
    pb::React react;
    react.set_gid(kGroup.value);
    react.set_epoch(1);
    react.set_seq(9);
    react.set_emoji("+");
    cache.on_nudge(bus::ReactionMoved{.uid = kBob, .reacted = react}, now);  // Not here.
    cache.on_nudge(bus::ReactionMoved{.uid = kAnn, .reacted = react}, now);
    ASSERT_EQ(told.unasked.size(), 2U);
    const pb::UserLogEntry& entry = told.unasked[0].frame.user_log().entries(0);
    EXPECT_EQ(entry.user_log_seq(), 0U);
    EXPECT_EQ(entry.gid(), kGroup.value);
    EXPECT_EQ(entry.epoch(), 1U);
    EXPECT_EQ(entry.reacted().emoji(), "+");
}

TEST_F(PeopleTest, WhoModeratesIsToldOnAllDevicesThatSomethingWaits) {
    connect(kPhone);
    connect(kDesk);
    logged();
    cache.on_nudge(bus::DutiesMoved{.uid = kBob, .gid = kGroup}, now);  // Not here.
    cache.on_nudge(bus::DutiesMoved{.uid = kAnn, .gid = kGroup}, now);
    ASSERT_EQ(told.unasked.size(), 2U);
    const pb::UserLogEntry& entry = told.unasked[0].frame.user_log().entries(0);
    EXPECT_EQ(entry.user_log_seq(), 0U);
    EXPECT_EQ(entry.gid(), kGroup.value);
    EXPECT_TRUE(entry.has_duties());
}

// ---- Badges

TEST_F(PeopleTest, MessagesOfASecondAreOneBadge) {
    connect();
    EXPECT_THAT(second(), IsEmpty());
    head(kGroup, 11, 1);
    head(kGroup, 12, 2);
    head(kOther, 5, 4);
    EXPECT_THAT(second(), ElementsAre("77:2", "78:4"));
    EXPECT_EQ(badge_asks, 2);
    EXPECT_THAT(second(), IsEmpty());
    EXPECT_EQ(badge_asks, 2);
}

TEST_F(PeopleTest, InAStormBadgesGatherLongerAndAreAskedForOnce) {
    connect();
    EXPECT_THAT(second(), IsEmpty());
    cache.set_level(storm::kSlowing);  // Eight seconds.
    EXPECT_THAT(second(), IsEmpty());
    std::vector<std::string> told_badges;
    for (std::uint64_t seq = 11; seq <= 26; ++seq) {
        head(kGroup, seq, static_cast<std::uint32_t>(seq - 10));
        for (const std::string& badge : second()) told_badges.push_back(badge);
    }
    EXPECT_EQ(badge_asks, 2);
    EXPECT_THAT(told_badges, ElementsAre("77:8"));
    cache.set_level(storm::kCalm);
    std::vector<std::string> last;
    for (int i = 0; i < 9; ++i) {
        for (const std::string& badge : second()) last.push_back(badge);
    }
    EXPECT_THAT(last, ElementsAre("77:16"));
}

// An answer must not let the next question out: it would be asked at once at any level.
TEST_F(PeopleTest, WhatIsMarkedWhileAQuestionIsUnderWayWaitsForTheNextTurn) {
    connect();
    EXPECT_THAT(second(), IsEmpty());
    cache.set_level(storm::kSlowing);  // Eight seconds.
    const auto half_second = [&] {
        now += Millis{500};
        cache.on_tick(now);
    };
    for (int i = 0; i < 20 && told.asks.empty(); ++i) {
        head(kGroup, 11, 1);
        half_second();
    }
    ASSERT_EQ(told.asks.size(), 1U);
    for (std::uint64_t seq = 12; seq <= 20; ++seq) {
        head(kOther, seq, static_cast<std::uint32_t>(seq));
        head(kGroup, seq, static_cast<std::uint32_t>(seq));
        answer_people();
        half_second();
    }
    EXPECT_EQ(badge_asks, 1);
    for (int i = 0; i < 16; ++i) {
        half_second();
        answer_people();
    }
    EXPECT_EQ(badge_asks, 3);
}

TEST_F(PeopleTest, ANewerBadgeTakesThePlaceOfTheOneNotToldYet) {
    connect();
    head(kGroup, 11, 1);
    now += Millis{500};
    cache.on_tick(now);
    ASSERT_EQ(told.asks.size(), 1U);
    const auto ask = std::move(told.asks.front());
    told.asks.clear();
    const Result<bus::Reply> late = answer_person(ask.question);
    happens(kGroup).mutable_ousted();
    happens(kGroup).mutable_joined();
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);
    answer_people();
    head(kGroup, 12, 2);
    now += Millis{500};
    cache.on_tick(now);
    cache.on_reply(ask.id, late, now);
    answer_people();
    EXPECT_THAT(second(), Each("77:2"));
}

// Their row stays while they watch, and the question was about it.
TEST_F(PeopleTest, WhoIsBackInAGroupHeLeftWhileItWasAskedForIsToldOfItAgain) {
    connect();
    head(kGroup, 11, 1);
    now += Millis{500};
    cache.on_tick(now);
    ASSERT_EQ(told.asks.size(), 1U);
    const auto ask = std::move(told.asks.front());
    told.asks.clear();
    cache.on_seat(kAnn, kGroup, 1);
    happens(kGroup).mutable_ousted();
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);
    answer_people();
    cache.on_reply(ask.id, std::unexpected(Error{.code = Code::not_a_member}), now);
    happens(kGroup).mutable_joined();
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);
    answer_people();
    cache.on_seat(kAnn, kGroup, -1);
    head(kGroup, 12, 1);
    EXPECT_THAT(second(), ElementsAre("77:1"));
}

TEST_F(PeopleTest, AWatchedGroupCostsNothingAndIsLookedAtOnceLeft) {
    connect();
    cache.on_seat(kAnn, kGroup, 1);
    head(kGroup, 11, 1);
    EXPECT_THAT(second(), IsEmpty());
    EXPECT_EQ(badge_asks, 0);
    cache.on_seat(kAnn, kGroup, -1);
    EXPECT_THAT(second(), ElementsAre("77:1"));
}

TEST_F(PeopleTest, NinetyNinePlusCostsNothingUntilItIsRead) {
    connect();
    head(kGroup, 300, limits::kUnreadCap);
    EXPECT_THAT(second(), ElementsAre("77:100"));
    for (std::uint64_t seq = 301; seq < 400; ++seq) head(kGroup, seq, limits::kUnreadCap);
    EXPECT_THAT(second(), IsEmpty());
    EXPECT_EQ(badge_asks, 1);
    unread[kGroup] = 3;
    cache.on_nudge(bus::ReadMoved{.uid = kAnn, .gid = kGroup, .read = Seq{397}}, now);
    EXPECT_THAT(second(), ElementsAre("77:3"));
}

TEST_F(PeopleTest, ALargeGroupIsLookedAtOnceInAPeriod) {
    connect();
    for (int i = 0; i < 40; ++i) second();
    for (std::uint64_t seq = 1; seq <= 50; ++seq) head(kGroup, seq, 50, 1'000'000);
    int told_times = 0;
    for (int i = 0; i < 31; ++i) told_times += second().empty() ? 0 : 1;
    EXPECT_EQ(told_times, 1);
    EXPECT_EQ(badge_asks, 1);
}

// ---- What is told beside new entries

TEST_F(PeopleTest, ARecallAndANewNameAreToldWithTheCountThatIsRightThen) {
    connect();
    head(kGroup, 11, 2);
    EXPECT_THAT(second(), ElementsAre("77:2"));
    unread[kGroup] = 1;
    recalled(kGroup);
    EXPECT_THAT(second(), ElementsAre("77:1"));
    EXPECT_TRUE(told.pulses.at(0).second.badges(0).changed());
    renamed(kGroup);
    EXPECT_THAT(news(), ElementsAre("77new"));
    renamed(kGroup);
    recalled(kGroup);
    EXPECT_THAT(news(), ElementsAre("77!new"));
    EXPECT_THAT(news(), IsEmpty());
    recalled(GroupId{99});  // Of nobody here.
    EXPECT_THAT(news(), IsEmpty());
}

TEST_F(PeopleTest, NinetyNinePlusIsAskedForAgainWhenOldEntriesChange) {
    connect();
    head(kGroup, 300, limits::kUnreadCap);
    second();
    unread[kGroup] = 99;
    recalled(kGroup);
    EXPECT_THAT(second(), ElementsAre("77:99"));
}

// The answer may be from before it.
TEST_F(PeopleTest, WhatChangesWhileAQuestionIsUnderWayIsAskedOnceMore) {
    connect();
    head(kGroup, 11, 2);
    cache.on_tick(now += Millis{1'000});
    ASSERT_EQ(told.asks.size(), 1U);
    auto ask = std::move(told.asks.front());
    told.asks.clear();
    const Result<bus::Reply> early = answer_person(ask.question);
    unread[kGroup] = 1;
    recalled(kGroup);
    cache.on_reply(ask.id, early, now);
    EXPECT_THAT(second(), ElementsAre("77:2", "77:1"));
    EXPECT_FALSE(told.pulses.front().second.badges(0).changed());
    EXPECT_TRUE(told.pulses.back().second.badges(0).changed());
}

TEST_F(PeopleTest, AChangeThatTheOwnerDidNotAnswerForIsToldAtTheNextTurn) {
    connect();
    second();
    open_fails = true;
    recalled(kGroup);
    EXPECT_THAT(news(), IsEmpty());
    open_fails = false;
    std::vector<std::string> all;
    for (int i = 0; i < 35; ++i) {
        for (const std::string& one : news()) all.push_back(one);
    }
    EXPECT_THAT(all, ElementsAre("77!"));
}

TEST_F(PeopleTest, WhoWatchesOnAllConnectionsIsToldThere) {
    connect(kPhone);
    cache.on_seat(kAnn, kGroup, 1);
    recalled(kGroup);
    EXPECT_THAT(news(), IsEmpty());
    EXPECT_EQ(badge_asks, 0);
    cache.on_seat(kAnn, kGroup, -1);
    EXPECT_THAT(news(), ElementsAre("77"));
    connect(kDesk);
    cache.on_seat(kAnn, kGroup, 1);
    recalled(kGroup);
    EXPECT_THAT(news(), ElementsAre("77!", "77!"));  // The one that watches keeps it from itself.
}

TEST_F(PeopleTest, EverybodyOfALargeGroupIsToldOfAChangeOnceInAPeriod) {
    connect();
    for (int i = 0; i < 40; ++i) second();
    head(kGroup, 50, 3, 1'000'000);
    newest = LogEntry{.seq = Seq{50}, .bytes = share(std::string{})};
    for (int i = 0; i < 40; ++i) second();
    badge_asks = 0;
    for (int times = 0; times < 5; ++times) recalled(kGroup);
    renamed(kGroup);
    std::vector<std::string> all;
    for (int i = 0; i < 70; ++i) {
        for (const std::string& one : news()) {
            all.push_back(one);
            // Else a million would ask what it is now.
            EXPECT_TRUE(told.pulses.at(0).second.badges(0).has_last());
        }
    }
    EXPECT_THAT(all, ElementsAre("77!new"));
    EXPECT_EQ(badge_asks, 1);
}

TEST_F(PeopleTest, WhatOneHidesChangesTheirBadge) {
    connect();
    head(kGroup, 11, 2);
    second();
    unread[kGroup] = 1;
    happens(kGroup).mutable_hidden()->add_seqs(11);
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);
    answer_people();
    EXPECT_THAT(news(), ElementsAre("77!"));
}

TEST_F(PeopleTest, JoinedAndOustedChangeWhatIsLookedAt) {
    constexpr GroupId kNew{90};
    connect();
    happens(kNew).mutable_joined();
    happens(kGroup).mutable_ousted();
    cache.on_nudge(bus::UserLogMoved{kAnn}, now);
    answer_people();
    head(kNew, 3, 1);
    head(kGroup, 11, 1);
    EXPECT_THAT(second(), ElementsAre("90:1"));
}

TEST_F(PeopleTest, WhoIsGoneCostsNothing) {
    connect(kPhone);
    connect(kDesk);
    cache.on_gone(kPhone, kAnn);
    head(kGroup, 11, 1);
    EXPECT_THAT(second(), ElementsAre("77:1"));
    cache.on_gone(kDesk, kAnn);
    head(kGroup, 12, 2);
    EXPECT_THAT(second(), IsEmpty());
    EXPECT_EQ(cache.counts().users, 0U);
}

// Messages, reads, seats and devices in any order: once it is quiet, each device has been told the
// exact count of every group that it does not watch.
TEST_F(PeopleTest, OnceItIsQuietEveryBadgeIsRight) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        std::mt19937 random{seed};
        Told fresh;
        Cache people{fresh};
        std::map<GroupId, std::uint32_t> count, shown;
        std::map<GroupId, std::uint64_t> at;
        const auto settle = [&] {
            while (!fresh.asks.empty()) {
                auto ask = std::move(fresh.asks.front());
                fresh.asks.erase(fresh.asks.begin());
                if (const auto* open = std::get_if<bus::AskOpen>(&ask.question)) {
                    people.on_reply(ask.id,
                                    bus::OpenAnswer{.member = {.role = pb::ROLE_MEMBER,
                                                               .unread = count[open->gid]},
                                                    .head = Seq{at[open->gid]}},
                                    now);
                } else {
                    bus::HelloAnswer hello;
                    for (std::uint64_t gid = 1; gid <= 8; ++gid) hello.groups.push_back({gid});
                    people.on_reply(ask.id, std::move(hello), now);
                }
            }
            for (const auto& [connection, pulse] : std::exchange(fresh.pulses, {})) {
                for (const auto& badge : pulse.badges()) shown[{badge.gid()}] = badge.unread();
            }
        };
        people.on_hello(kPhone, kAnn, now, 0);
        settle();
        for (int step = 0; step < 300; ++step) {
            now += Millis{random() % 700};
            const GroupId gid{1 + random() % 8};
            switch (random() % 4) {
                case 0:
                case 1:
                    count[gid] =
                        std::min(count[gid] + 1 + static_cast<std::uint32_t>(random() % 30),
                                 limits::kUnreadCap);
                    ++at[gid];
                    people.on_nudge(bus::HeadMoved{.gid = gid,
                                                   .head = Seq{at[gid]},
                                                   .members = gid.value > 4 ? 5'000U : 5U},
                                    now);
                    break;
                case 2:
                    if (random() % 3 != 0) break;
                    count[gid] = 0;
                    people.on_nudge(bus::ReadMoved{.uid = kAnn, .gid = gid, .read = Seq{at[gid]}},
                                    now);
                    break;
                default: people.on_tick(now);
            }
            if (random() % 2 == 0) settle();
        }
        for (int i = 0; i < 70; ++i) {
            now += Millis{1'000};
            people.on_tick(now);
            settle();
        }
        for (const auto& [gid, expected] : count) {
            EXPECT_EQ(shown[gid], expected) << seed << ' ' << gid.value;
        }
    }
}

}  // namespace
}  // namespace stentor::cache
