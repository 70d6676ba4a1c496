#include "base/ids.h"

#include <gtest/gtest.h>

#include <array>

namespace stentor {
namespace {

TEST(ConnectionToken, SurvivesPacking) {
    const ConnectionToken token{.shard = 4'095, .index = 0xfffffe, .generation = 0xffffffd};
    EXPECT_EQ(ConnectionToken::unpacked(token.packed()), token);
}

TEST(Partitions, ShareGroupsMadeOneAfterTheOther) {
    std::array<int, kPartitions> groups{};
    for (std::uint64_t gid = 1; gid <= 256 * 100; ++gid) ++groups[partition_of(GroupId{gid}).value];
    for (const int count : groups) {
        EXPECT_GT(count, 50);
        EXPECT_LT(count, 150);
    }
}

}  // namespace
}  // namespace stentor
