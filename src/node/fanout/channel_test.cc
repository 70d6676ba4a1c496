// One group on one shard: what is given up, other histories, full sockets, and seats that are left.

#include "node/fanout/channel.h"

#include "node/fanout/router_test_kit.h"

namespace stentor::fanout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr GroupId kLarge{6};
constexpr auto kLargeSeats = static_cast<ConnectionIndex>(limits::kLargeAudience + 1);

class ChannelTest : public RouterTest {
protected:
    void join_large() {
        for (ConnectionIndex who = 0; who < kLargeSeats; ++who) join(100 + who, 0, kLarge);
    }
    static constexpr ConnectionIndex kLastVisited = 100;

    pb::Pulse pulse(std::vector<GroupId> groups) {
        return frames_in(*router.pulse(groups, now)).at(0).pulse();
    }
};

// ---- What is given up

TEST_F(ChannelTest, AChangeToWhatWasGivenUpIsToldToThoseWhoHaveIt) {
    join(1, 10);
    router.on_push(batch(11, 12));
    router.on_push(changed(11));
    join(2, 12);
    router.on_push(batch(20, 20));  // Behind a gap: 11 and 12 are not pushed any more.
    run();
    EXPECT_THAT(sockets.take(2), ElementsAre("c11", "h20"));
}

TEST_F(ChannelTest, AStormMakesNoHeadOfASmallGroupsEntries) {
    join(1, 0);
    router.set_level(storm::kSlowing);
    router.on_push(batch(1, 1, kGroup, kEpoch, std::string(200'000, 'x')));
    run();
    EXPECT_THAT(sockets.take(1), ElementsAre("1-1"));
}

// ---- Another history

TEST_F(ChannelTest, WhoIsInTheNewHistoryIsPushedNothingOfTheFormerOne) {
    join_large();
    router.on_push(batch(1, 1, kLarge));
    router.run(now);  // A slice.
    router.on_head(kLarge, Epoch{2}, Seq{0});
    router.caught_up(kLarge, 0, Epoch{2}, Seq{0});
    run();
    EXPECT_THAT(sockets.take(kLastVisited), IsEmpty());
    router.on_push(batch(1, 1, kLarge, Epoch{2}));
    run();
    EXPECT_THAT(sockets.take(kLastVisited), ElementsAre("1-1"));
}

TEST_F(ChannelTest, AnotherHistoryOfTheSameLengthIsToldByItsEpoch) {
    join(1, 10);
    router.on_head(kGroup, kEpoch, Seq{11});
    run();
    EXPECT_EQ(pulse({kGroup}).heads(0).epoch(), kEpoch.value);
    EXPECT_EQ(frames_in(*sockets.newest[1]).at(0).head().epoch(), kEpoch.value);
    router.on_head(kGroup, Epoch{2}, Seq{11});
    run();
    EXPECT_EQ(pulse({kGroup}).heads(0).epoch(), 2U);
    EXPECT_THAT(sockets.take(1), ElementsAre("h11", "h11"));
    EXPECT_EQ(frames_in(*sockets.newest[1]).at(0).head().epoch(), 2U);
}

// ---- Full sockets

TEST_F(ChannelTest, WhatFollowsEntriesIsNotWrittenToASocketThatTheyHaveFilled) {
    const SeatIndex seat = join(1, 10);
    sockets.next[1] = Written::kept;
    router.on_push(batch(11, 12));
    router.on_push(tick());
    run();
    EXPECT_EQ(sockets.writes, 1) << "no tick";
    sockets.next.clear();
    router.on_drained(kGroup, seat);
    EXPECT_THAT(sockets.take(1), ElementsAre("11-12")) << "ticks are not made up for";

    sockets.next[1] = Written::kept;
    router.on_push(batch(13, 14));
    router.on_push(changed(13));
    run();
    EXPECT_EQ(sockets.writes, 2) << "no change";
    sockets.next.clear();
    router.on_drained(kGroup, seat);
    EXPECT_THAT(sockets.take(1), ElementsAre("13-14", "H14"));
}

// ---- Seats that are left, and those where nobody is

TEST_F(ChannelTest, SeatsThatAreLeftDuringAPassAreNotWrittenTo) {
    join_large();
    router.on_push(batch(1, 1, kLarge));
    router.run(now);
    const int before = sockets.writes;
    constexpr int kStay = 500;
    for (SeatIndex seat = kLargeSeats; seat > kStay; --seat) router.leave(kLarge, seat - 1);
    run();
    EXPECT_EQ(sockets.writes - before, kStay);
}

TEST_F(ChannelTest, HowManySeatsNobodyIsAtIsToldBothWays) {
    join(1, 10);
    join(2, 10);
    const auto away = [&] {
        std::vector<WatcherCount> counts;
        router.take_counts(counts);
        return counts.size() == 1 ? static_cast<int>(counts[0].away) : -1;
    };
    EXPECT_EQ(away(), 0);
    router.seat_away(kGroup, true);
    EXPECT_EQ(away(), 1);
    EXPECT_EQ(away(), -1) << "nothing has changed";
    router.seat_away(kGroup, false);
    EXPECT_EQ(away(), 0);
}

// ---- Pulses

TEST_F(ChannelTest, WhoTookAnotherNameIsToldForAWhileAndTheNewestOnly) {
    const auto names = [this](std::vector<GroupId> groups) {
        std::vector<std::string> told;
        const pb::Pulse one = pulse(groups);
        for (const pb::User& user : one.people()) told.push_back(user.name());
        return told;
    };
    const auto tell = [this](std::uint64_t uid, const std::string& name) {
        pb::User user;
        user.set_uid(uid);
        user.set_name(name);
        router.tell_person(user, now, now + Millis{60'000});
    };
    join(1, 10);
    EXPECT_THAT(names({}), IsEmpty());
    tell(7, "Ann");
    tell(7, "Anna");
    EXPECT_THAT(names({}), ElementsAre("Anna"));
    EXPECT_THAT(names({kGroup}), ElementsAre("Anna"));
    router.set_level(storm::kSlowing);
    EXPECT_THAT(names({}), IsEmpty()) << "not in a storm";
    router.set_level(storm::kCalm);
    for (std::uint64_t i = 0; i < limits::kPeopleTold; ++i) tell(100 + i, "one of many");
    EXPECT_EQ(names({}).size(), limits::kPeopleTold);
    EXPECT_EQ(names({}).front(), "one of many");
    now += Millis{61'000};
    EXPECT_THAT(names({}), IsEmpty());
}

TEST_F(ChannelTest, WhoWatchesNothingIsToldTheTimeAndOfAStorm) {
    EXPECT_EQ(pulse({}).level(), storm::kCalm);
    router.set_level(storm::kSlowing);
    EXPECT_EQ(pulse({}).level(), storm::kSlowing);
    now += Millis{1'000};
    EXPECT_EQ(pulse({}).time_ms(), to_ms(now));
}

}  // namespace
}  // namespace stentor::fanout
