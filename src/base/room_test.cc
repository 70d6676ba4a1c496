#include "base/room.h"

#include <gtest/gtest.h>

namespace stentor {
namespace {

TEST(Room, EndsBeforeTheDiskIsFullAndComesBack) {
    std::optional<std::uint64_t> free = kLeastRoom;
    Room room{[&free] { return free; }};
    Time now = from_ms(1'000'000);
    EXPECT_TRUE(room.enough(now));
    free = kLeastRoom - 1;
    EXPECT_TRUE(room.enough(now + kRoomLookEvery - Millis{1})) << "not looked at yet";
    now += kRoomLookEvery;
    EXPECT_FALSE(room.enough(now));
    EXPECT_FALSE(room.enough(now));
    free = kLeastRoom;
    now += kRoomLookEvery;
    EXPECT_TRUE(room.enough(now));
}

TEST(Room, WhatCannotBeToldIsRoom) {
    Room room{[] { return std::nullopt; }};
    EXPECT_TRUE(room.enough(from_ms(1)));
    EXPECT_EQ(free_bytes("/there/is/no/such/place"), std::nullopt);
    EXPECT_GT(free_bytes("/").value_or(0), 0U);
    EXPECT_TRUE(has_room()) << "nothing is watched";
}

TEST(Room, ARefusalNamesATime) { EXPECT_GT(kNoRoom.retry_after_ms, 0U); }

}  // namespace
}  // namespace stentor
