#include "owner/committer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "owner/attempt.h"
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
    std::vector<store::ReadPosition> positions(1);
    EXPECT_FALSE(committer.advance(positions, nullptr));
    EXPECT_EQ(positions.size(), 1U);
    go.set_value();
    while (!committer.submit(third, done)) std::this_thread::yield();
    while (told < 3) std::this_thread::yield();
}

// Writes nothing of this group's commits for a while.
class Aborting final : public store::MemoryStore {
public:
    static constexpr GroupId kAborted{2};
    std::atomic<bool> aborting{true};
    std::atomic<std::size_t> rode;  // Read positions, with commits.
    std::vector<std::vector<GroupId>> calls;

    std::vector<store::Outcome> commit(std::span<const store::Commit> commits,
                                       std::span<const store::ReadPosition> positions) override {
        rode += positions.size();
        std::vector<store::Outcome> outcomes;
        calls.emplace_back();
        for (const store::Commit& one : commits) {
            calls.back().push_back(one.gid);
            outcomes.push_back(one.gid == kAborted && aborting
                                   ? store::Outcome::aborted
                                   : MemoryStore::commit({&one, 1}, {})[0]);
        }
        return outcomes;
    }
};

store::Commit creation(GroupId gid) {
    return {.gid = gid, .term = {1}, .head = {.epoch = {1}, .term = {1}, .version = 1}};
}

TEST(Committer, WhatTheStoreAbortedIsTriedAgainBeforeWhatCameLater) {
    Aborting store;
    CommitterCounters counters{};
    Heads heads{16};
    std::mutex mutex;
    std::vector<std::pair<GroupId, store::Outcome>> told;
    const auto done = std::make_shared<const Committer::Done>([&](auto outcomes) {
        const std::lock_guard lock{mutex};
        for (const group::Committed& one : outcomes) told.emplace_back(one.gid, one.outcome);
    });
    {
        Committer committer{store, counters, heads, {.forgets = false}};
        std::vector<store::Commit> first{creation({1}), creation({2}), creation({3})};
        ASSERT_TRUE(committer.submit(first, done));
        while (counters.aborted == 0) std::this_thread::yield();
        std::vector<store::Commit> later{creation({4})};
        ASSERT_TRUE(committer.submit(later, done));
        std::vector<store::ReadPosition> positions(2);
        std::atomic<bool> written{false};
        const auto on_written = std::make_shared<const Committer::Written>([&] { written = true; });
        ASSERT_TRUE(committer.advance(positions, on_written));
        while (!written) std::this_thread::yield();
        store.aborting = false;
    }
    EXPECT_GT(counters.aborted, 0U);
    EXPECT_EQ(counters.failed, 0U);
    EXPECT_EQ(store.rode, 2U) << "with the commit that was tried again";
    // Until it is done it goes first.
    ASSERT_EQ(store.calls.back().front(), Aborting::kAborted);
    for (std::size_t i = 1; i < store.calls.size(); ++i) {
        EXPECT_EQ(store.calls[i].front(), Aborting::kAborted) << i;
    }
    std::ranges::sort(told);
    using store::Outcome;
    EXPECT_EQ(told, (std::vector<std::pair<GroupId, Outcome>>{{{1}, Outcome::done},
                                                              {{2}, Outcome::done},
                                                              {{3}, Outcome::done},
                                                              {{4}, Outcome::done}}));
    EXPECT_TRUE(store.head({2}));
}

TEST(Attempt, ACommitIsNotTriedForEver) {
    using store::Outcome;
    for (const Outcome outcome : {Outcome::done, Outcome::fenced, Outcome::unknown}) {
        EXPECT_EQ(outcome_to_tell(outcome, Millis{0}), outcome);
    }
    EXPECT_EQ(outcome_to_tell(Outcome::aborted, limits::kTryCommitFor - Millis{1}), std::nullopt);
    EXPECT_EQ(outcome_to_tell(Outcome::aborted, limits::kTryCommitFor), Outcome::aborted);
}

}  // namespace
}  // namespace stentor::owner
