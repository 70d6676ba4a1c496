#include "owner/committer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "store/memory/memory_store.h"

namespace stentor::owner {
namespace {

using std::chrono::milliseconds;

// Submits one commit and waits for its outcome.
void commit(Committer& committer) {
    std::promise<void> told;
    std::vector<store::Commit> commits(1);
    commits[0].gid = {77};
    ASSERT_TRUE(committer.submit(
        commits, std::make_shared<const Committer::Done>([&](auto) { told.set_value(); })));
    told.get_future().get();
}

// A machine that waits for another one is not busy itself.
TEST(Committer, AWaitForAFollowerIsNoCommitTime) {
    store::MemoryStore store;
    CommitterCounters counters{};
    Heads heads{16};
    Committer committer{store, counters, heads, {.await_copied = [] {
                            std::this_thread::sleep_for(milliseconds{300});
                            return true;
                        }}};
    std::thread beside{[&] { commit(committer); }};  // Waits while the other one is copied.
    commit(committer);
    beside.join();
    EXPECT_LT(committer.take_longest(), Millis{150});
    EXPECT_GE(counters.copy_wait_us.load(), 300'000U);
}

TEST(Committer, ASlowDiskIs) {
    store::MemoryStore store;
    CommitterCounters counters{};
    Heads heads{16};
    Committer committer{store, counters, heads, {.sync_delay = Millis{200}}};
    commit(committer);
    EXPECT_GE(committer.take_longest(), Millis{200});
}

TEST(Committer, AFullOneTakesNothingAndItsCallerKeepsAll) {
    store::MemoryStore store;
    CommitterCounters counters{};
    Heads heads{16};
    std::promise<void> go;
    const std::shared_future<void> gone = go.get_future().share();
    std::atomic<int> told = 0;
    const auto done = std::make_shared<const Committer::Done>(
        [&](auto outcomes) { told += static_cast<int>(outcomes.size()); });
    Committer committer{store,
                        counters,
                        heads,
                        {.await_copied =
                             [gone] {
                                 gone.wait();
                                 return true;
                             },
                         .jobs_max = 1}};
    const auto one = [](std::uint64_t gid) {
        std::vector<store::Commit> commits(1);
        commits[0].gid = {gid};
        return commits;
    };
    auto first = one(1);
    ASSERT_TRUE(committer.submit(first, done));
    EXPECT_TRUE(first.empty());
    // Whether or not the first has been taken out yet: at most two are in, and one waits.
    auto second = one(2);
    auto third = one(3);
    while (!committer.submit(second, done)) std::this_thread::yield();
    EXPECT_FALSE(committer.submit(third, done));
    ASSERT_EQ(third.size(), 1U);
    EXPECT_EQ(third[0].gid, GroupId{3});
    std::vector<store::Members::ReadPosition> positions(1);
    EXPECT_FALSE(committer.advance(positions, nullptr));
    EXPECT_EQ(positions.size(), 1U);
    go.set_value();
    while (!committer.submit(third, done)) std::this_thread::yield();
    while (told < 3) std::this_thread::yield();
}

}  // namespace
}  // namespace stentor::owner
