#include "base/group_ids.h"

#include <gtest/gtest.h>

#include <set>

#include "base/limits.h"

namespace stentor {
namespace {

TEST(DirectGid, IsTheSameForBothAndAnotherForEachPair) {
    std::set<GroupId> seen;
    for (std::uint64_t a = 1; a <= 40; ++a) {
        for (std::uint64_t b = a; b <= 40; ++b) {
            const GroupId gid = direct_gid({a}, {b});
            EXPECT_EQ(gid, direct_gid({b}, {a}));
            EXPECT_GE(gid.value, std::uint64_t{1} << 52U);
            EXPECT_LE(gid.value, limits::kIdMax);
            EXPECT_TRUE(seen.insert(gid).second);
        }
    }
}

// Clients may rely on it: it must not change.
TEST(DirectGid, IsTheNumberInTheDocuments) {
    EXPECT_EQ(direct_gid({4'294'967'296}, {4'294'967'297}).value, 5'058'966'709'512'382U);
}

}  // namespace
}  // namespace stentor
