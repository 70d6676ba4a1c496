#include "load/bench/raw_floor.h"

#include <gtest/gtest.h>

#include "load/bench/server_process.h"

namespace stentor::bench {
namespace {

// Real sockets, real processes: the loop's handshake, its parser and its clock all have to work for
// anything to arrive.
TEST(RawFloor, ReachesEveryReceiverEveryTime) {
    constexpr std::size_t kWatchers = 40;
    RawFloor floor{kWatchers, 2};
    for (const std::size_t payload_bytes : {100U, 300U, 5'000U}) {
        const FanoutTimes times = floor.run(payload_bytes);
        EXPECT_EQ(times.reached, kWatchers);
        EXPECT_GT(times.first, 0U);
        EXPECT_LE(times.first, times.median);
        EXPECT_LE(times.median, times.p99);
        EXPECT_LE(times.p99, times.last);
        EXPECT_GT(times.cpu, 0U);
    }
}

TEST(Endpoint, IsReadFromAnAddress) {
    EXPECT_EQ(endpoint_of("http://127.0.0.1:8080").port, 8080);
    EXPECT_EQ(endpoint_of("ws://localhost:81/ws").address, "127.0.0.1");
    EXPECT_THROW((void)endpoint_of("http://127.0.0.1"), std::runtime_error);
    EXPECT_THROW((void)endpoint_of("http://127.0.0.1:80x"), std::runtime_error);
}

}  // namespace
}  // namespace stentor::bench
