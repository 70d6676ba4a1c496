#include "node/fanout/audience.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace stentor::fanout {
namespace {

using ::testing::ElementsAre;

constexpr Epoch kEpoch{1};

std::vector<ConnectionIndex> connections(std::span<const Seat> seats) {
    std::vector<ConnectionIndex> all;
    for (const Seat& seat : seats) all.push_back(seat.connection);
    return all;
}

TEST(Audience, LeavingMovesTheLastSeatIntoTheHole) {
    Audience audience{kEpoch, Seq{7}, 3};
    for (const ConnectionIndex who : {1U, 2U, 3U}) {
        ASSERT_TRUE(audience.join({.connection = who}, Seq{7}));
    }

    EXPECT_EQ(audience.leave(0), 3U);
    EXPECT_THAT(connections(audience.seats()), ElementsAre(3, 2));
    EXPECT_EQ(audience.leave(1), std::nullopt);
    EXPECT_THAT(connections(audience.seats()), ElementsAre(3));
}

TEST(Audience, AFullOneRefuses) {
    Audience audience{kEpoch, Seq{}, 1};
    ASSERT_TRUE(audience.join({}, Seq{}));
    const auto second = audience.join({}, Seq{});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::overloaded);
    EXPECT_EQ(second.error().limit, 1U);
}

TEST(Audience, PlacesStayRightUnderRandomComingAndGoing) {
    std::mt19937 random{7};
    Audience audience{kEpoch, Seq{}, 1'000};
    std::map<ConnectionIndex, SeatIndex> places;
    ConnectionIndex next = 1;
    for (int step = 0; step < 20'000; ++step) {
        if (places.empty() || random() % 2 == 0) {
            places[next] = *audience.join({.connection = next}, Seq{});
            ++next;
        } else {
            auto it = places.begin();
            std::advance(it, static_cast<long>(random() % places.size()));
            const SeatIndex hole = it->second;
            places.erase(it);
            if (const auto moved = audience.leave(hole)) places[*moved] = hole;
        }
        if (places.size() == 1'000) break;
    }
    ASSERT_EQ(places.size(), audience.size());
    for (const auto& [who, place] : places) EXPECT_EQ(audience.seats()[place].connection, who);
}

TEST(Audience, NumbersStayRightWhenTheBaseMoves) {
    constexpr std::uint64_t kBig = std::uint64_t{1} << 33U;
    Audience audience{kEpoch, Seq{kBig}, 10};
    ASSERT_TRUE(audience.join({}, Seq{kBig}));
    ASSERT_TRUE(audience.join({}, Seq{kBig}));
    // Each step is more than half of what 32 bits hold: the base moves with every second one.
    Seq head{kBig};
    for (int step = 0; step < 4; ++step) {
        head = head + 0x7fff0000U;
        audience.advance(head);
        audience.set_pushed(audience.seats()[0], head);
        EXPECT_EQ(audience.pushed(audience.seats()[0]), head);
        EXPECT_FALSE(audience.seats()[0].behind);
    }
    // The other is so far back that its number cannot be told: it is behind, never wrongly in step.
    EXPECT_TRUE(audience.seats()[1].behind);
    EXPECT_LT(audience.pushed(audience.seats()[1]), head);
}

TEST(Audience, AnotherEpochLeavesEverybodyBehind) {
    Audience audience{kEpoch, Seq{9}, 10};
    ASSERT_TRUE(audience.join({}, Seq{9}));
    audience.restart(Epoch{2}, Seq{4});
    EXPECT_TRUE(audience.seats()[0].behind);
    EXPECT_TRUE(audience.seats()[0].owes_head);
    EXPECT_EQ(audience.head(), Seq{4});
    EXPECT_EQ(audience.epoch(), Epoch{2});
}

}  // namespace
}  // namespace stentor::fanout
