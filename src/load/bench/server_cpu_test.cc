#include "load/bench/server_cpu.h"

#include <gtest/gtest.h>

namespace stentor::bench {
namespace {

TEST(ServerCpu, ThreadsThatDifferByANumberAreOfOneKind) {
    EXPECT_EQ(kind_of_thread("shard-12"), "shard");
    EXPECT_EQ(kind_of_thread("committer"), "committer");
    EXPECT_EQ(kind_of_thread("replica-leader"), "replica-leader");
    EXPECT_EQ(kind_of_thread("shard-"), "shard-");
    EXPECT_EQ(kind_of_thread(""), "");
}

}  // namespace
}  // namespace stentor::bench
