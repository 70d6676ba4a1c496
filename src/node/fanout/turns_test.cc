#include "node/fanout/turns.h"

#include <map>

#include "node/fanout/router_test_kit.h"

namespace stentor::fanout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Turns, NoLaneStarvesWhileAllAreFilledAgain) {
    Turns turns;
    const auto refill = [&](Lane lane) {
        turns.add({.gid = GroupId{static_cast<std::uint64_t>(lane)}, .lane = lane});
    };
    for (const Lane lane : {Lane::control, Lane::entries, Lane::ticks}) refill(lane);
    std::map<Lane, int> taken;
    for (std::uint32_t turn = 1; turn <= 80; ++turn) {
        const auto place = turns.take(turn);
        ASSERT_TRUE(place);
        ++taken[place->lane];
        refill(place->lane);
    }
    EXPECT_EQ(taken[Lane::control], 60);
    EXPECT_EQ(taken[Lane::entries], 10);
    EXPECT_EQ(taken[Lane::ticks], 10);
}

TEST(Turns, AFairTurnOfAnEmptyLaneIsTheOtherOnes) {
    for (const Lane other : {Lane::entries, Lane::ticks}) {
        Turns turns;
        int taken = 0;
        turns.add({.gid = GroupId{2}, .lane = other});
        for (std::uint32_t turn = 1; turn <= 80; ++turn) {
            turns.add({.gid = GroupId{1}, .lane = Lane::control});
            const auto place = turns.take(turn);
            if (place->lane != other) continue;
            ++taken;
            turns.add(*place);
        }
        EXPECT_EQ(taken, 20);
    }
}

constexpr GroupId kOneLarge{6};
constexpr GroupId kOtherLarge{7};

// Several large groups on one shard: who is told of what, in which order.
class LanesTest : public RouterTest {
protected:
    LanesTest() {
        constexpr auto kSeats = static_cast<ConnectionIndex>(limits::kLargeAudience + 1);
        for (ConnectionIndex i = 0; i < kSeats; ++i) {
            join(1'000 + i, 0, kOneLarge);
            join(100'000 + i, 0, kOtherLarge);
        }
    }
    // Slices until everybody in the group whose first seat this is has been told something.
    int slices_until_told(ConnectionIndex first_seat) {
        int slices = 0;
        while (sockets.got[first_seat].empty() && slices < 1'000) {
            router.run(now);
            ++slices;
        }
        return slices;
    }
    static Push in(GroupId gid, Push push) {
        push.gid = gid;
        return push;
    }
    static constexpr ConnectionIndex kOne = 1'000;  // The last to be visited in kOneLarge.
    static constexpr ConnectionIndex kOther = 100'000;
};

TEST_F(LanesTest, ARecallGoesBeforeAnotherGroupsEntries) {
    router.on_push(batch(1, 1, kOneLarge));
    router.run(now);  // Its pass is under way.
    router.on_push(in(kOtherLarge, changed(1)));
    EXPECT_LE(slices_until_told(kOther), 7) << "five slices, and one in four of the other group";
    EXPECT_THAT(sockets.take(kOther), ElementsAre("c1"));
    EXPECT_THAT(sockets.take(kOne), IsEmpty());
    run();
    EXPECT_THAT(sockets.take(kOne), ElementsAre("1-1"));
}

TEST_F(LanesTest, EntriesGoBeforeAnotherGroupsTicks) {
    router.on_push(in(kOneLarge, tick()));
    router.run(now);
    router.on_push(batch(1, 1, kOtherLarge));
    EXPECT_LE(slices_until_told(kOther), 7);
    EXPECT_THAT(sockets.take(kOne), IsEmpty());
    run();
    EXPECT_THAT(sockets.take(kOne), ElementsAre("t"));
}

TEST_F(LanesTest, AGroupWithEndlessRecallsStarvesNobody) {
    router.on_push(in(kOneLarge, tick()));
    int slices = 0;
    while (sockets.got[kOne].empty() && slices < 1'000) {
        router.on_push(in(kOtherLarge, changed(1)));
        router.run(now);
        ++slices;
    }
    EXPECT_LE(slices, 5 * static_cast<int>(kFairEvery));
}

TEST_F(LanesTest, InAStormALargeBatchBecomesAHeadWhereThatIsCheaper) {
    Push big = batch(1, 200, kOneLarge);
    std::string payload(200'000, ' ');
    big.encoded = wire::shared_push(payload);
    router.set_level(storm::kSlowing);
    router.on_push(big);
    run();
    EXPECT_THAT(sockets.take(kOne), ElementsAre("h200"));
    for (ConnectionIndex i = 0; i <= limits::kLargeAudience; ++i) {
        router.caught_up(kOneLarge, i, kEpoch, Seq{200});  // They all come for it.
    }
    router.on_push(batch(201, 400, kOneLarge));
    run();
    EXPECT_THAT(sockets.take(kOne), ElementsAre("201-400"));
}

TEST_F(LanesTest, WhenAllIsCalmContentsAreAlwaysPushed) {
    Push big = batch(1, 200, kOneLarge);
    pb::ServerFrame frame;
    frame.mutable_batch()->set_first_seq(1);
    frame.mutable_batch()->add_entries()->set_body(std::string(50'000, 'x'));
    big.encoded = wire::shared_push(wire::encode(frame));
    big.last = Seq{1};
    router.on_push(big);
    run();
    EXPECT_THAT(sockets.take(kOne), ElementsAre("1-1"));
}

}  // namespace
}  // namespace stentor::fanout
