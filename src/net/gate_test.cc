#include "net/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <semaphore>
#include <thread>
#include <vector>

namespace stentor::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Woken {
    std::vector<std::uint32_t> shards;
    std::function<void(std::uint32_t)> note() {
        return [this](std::uint32_t shard) { shards.push_back(shard); };
    }
};

TEST(Gate, LetsNoMoreInThanThereAreSlots) {
    Woken woken;
    Gate gate{2, 4, woken.note()};
    EXPECT_TRUE(gate.try_enter(0));
    EXPECT_TRUE(gate.try_enter(1));
    EXPECT_FALSE(gate.try_enter(2));
    EXPECT_THAT(woken.shards, IsEmpty());
    gate.leave();
    EXPECT_THAT(woken.shards, ElementsAre(2U));
    EXPECT_TRUE(gate.try_enter(2));
}

TEST(Gate, ASlotHandedOverIsNobodyElses) {
    Woken woken;
    Gate gate{1, 3, woken.note()};
    ASSERT_TRUE(gate.try_enter(0));
    ASSERT_FALSE(gate.try_enter(1));
    gate.leave();
    EXPECT_TRUE(gate.offered(1));
    // The one that left wants more, and has to wait.
    EXPECT_FALSE(gate.try_enter(0));
    EXPECT_TRUE(gate.try_enter(1));
    gate.leave();
    EXPECT_TRUE(gate.try_enter(0));
    EXPECT_THAT(woken.shards, ElementsAre(1U, 0U));
}

TEST(Gate, ADeclinedSlotGoesOn) {
    Woken woken;
    Gate gate{1, 3, woken.note()};
    ASSERT_TRUE(gate.try_enter(0));
    ASSERT_FALSE(gate.try_enter(1));
    ASSERT_FALSE(gate.try_enter(2));
    gate.leave();
    gate.decline(1);
    EXPECT_TRUE(gate.offered(2));
    gate.decline(2);
    EXPECT_TRUE(gate.try_enter(1));  // Free again for whoever comes.
    gate.decline(1);                 // Nothing is offered: nothing happens.
    EXPECT_FALSE(gate.try_enter(2));
}

// Threads that sleep until they are woken: all get in often, never more than the slots at once.
TEST(Gate, NobodySleepsForEver) {
    constexpr std::uint32_t kShards = 6;
    constexpr int kSlices = 2'000;
    std::vector<std::unique_ptr<std::counting_semaphore<>>> beds;
    for (std::uint32_t i = 0; i < kShards; ++i) {
        beds.push_back(std::make_unique<std::counting_semaphore<>>(0));
    }
    Gate gate{2, kShards, [&](std::uint32_t shard) { beds[shard]->release(); }};
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::vector<std::thread> threads;
    for (std::uint32_t shard = 0; shard < kShards; ++shard) {
        threads.emplace_back([&, shard] {
            for (int slice = 0; slice < kSlices; ++slice) {
                while (!gate.try_enter(shard)) beds[shard]->acquire();
                const int now = ++inside;
                int seen = most.load();
                while (now > seen && !most.compare_exchange_weak(seen, now)) {
                }
                --inside;
                gate.leave();
            }
            gate.decline(shard);
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_LE(most.load(), 2);
    EXPECT_TRUE(gate.try_enter(0));
    EXPECT_TRUE(gate.try_enter(1));
    EXPECT_FALSE(gate.try_enter(2));
}

}  // namespace
}  // namespace stentor::net
