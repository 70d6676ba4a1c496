#include "server/telemetry/storm_watch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "server/wiring/memory_node_test_kit.h"
#include "store/memory/memory_store.h"

namespace stentor::server {
namespace {

using namespace std::chrono_literals;

bool reaches(const StormWatch& watch, storm::Level level) {
    for (int i = 0; i < 1'000 && watch.status().level != level; ++i) {
        std::this_thread::sleep_for(10ms);
    }
    return watch.status().level == level;
}

// While a server drains, its admin side still asks.
TEST(StormWatch, TellsItsLastLevelOnceItHasStopped) {
    store::MemoryStore store;
    MemoryNode node{store, {.groups = {.rate = {}, .staged_max = 1'000, .parked_max = 1'000}}, 1};
    StormWatch watch{
        {.rule = {}, .handshakes_per_s = 1'000}, node.gateway, node.owner, node.shards};
    watch.pin(storm::kSlowing);
    ASSERT_TRUE(reaches(watch, storm::kSlowing));
    watch.stop();
    watch.pin(std::nullopt);
    watch.stop();
    EXPECT_EQ(watch.status().level, storm::kSlowing);
    EXPECT_EQ(watch.status().pinned, storm::kSlowing);
}

}  // namespace
}  // namespace stentor::server
