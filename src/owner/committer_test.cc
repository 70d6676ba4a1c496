#include "owner/committer.h"

#include <gtest/gtest.h>

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
    committer.submit(std::move(commits),
                     std::make_shared<const Committer::Done>([&](auto) { told.set_value(); }));
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

}  // namespace
}  // namespace stentor::owner
