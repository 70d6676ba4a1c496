#include "owner/batcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace stentor::owner {
namespace {

constexpr Loaders::Limits kRoomy{.waiting = 1'024, .waiting_of_one = 64};

std::vector<int> numbers(int from, int count) {
    std::vector<int> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), from);
    return all;
}

TEST(Batcher, WhatWaitsIsCarriedOutTogether) {
    std::vector<std::vector<int>> parts;
    std::latch held{1};
    {
        // Before the loaders, which end first.
        std::unique_ptr<Batcher<int>> gathered;
        Loaders loaders{1, kRoomy};
        gathered = std::make_unique<Batcher<int>>(
            loaders, 4, [&](std::vector<int> part) { parts.push_back(std::move(part)); });
        loaders.put([&] { held.wait(); });
        gathered->put({1});
        gathered->put({2, 3});
        gathered->put({});
        gathered->put(numbers(4, 6));
        EXPECT_EQ(gathered->waiting(), 9U);
        held.count_down();
    }
    EXPECT_EQ(parts, (std::vector{numbers(1, 4), numbers(5, 4), numbers(9, 1)}));
}

TEST(Batcher, WhereNothingWaitsEachGoesAlone) {
    std::atomic<int> carried{0};
    std::unique_ptr<Batcher<int>> gathered;
    Loaders loaders{1, kRoomy};
    gathered = std::make_unique<Batcher<int>>(loaders, 64, [&](const std::vector<int>& part) {
        EXPECT_EQ(part.size(), 1U);
        ++carried;
        carried.notify_one();
    });
    for (int i = 0; i < 3; ++i) {
        gathered->put({i});
        carried.wait(i);
    }
}

TEST(Batcher, NothingIsLeftBehindOrCarriedOutTwice) {
    constexpr int kPutters = 4;
    constexpr int kEach = 5'000;
    std::vector<std::atomic<int>> times(kPutters * kEach);
    std::atomic<std::size_t> most{0};
    {
        std::unique_ptr<Batcher<int>> gathered;
        Loaders loaders{3, kRoomy};
        gathered = std::make_unique<Batcher<int>>(loaders, 7, [&](const std::vector<int>& part) {
            most = std::max(most.load(), part.size());
            for (const int number : part) ++times[static_cast<std::size_t>(number)];
        });
        std::vector<std::jthread> putters;
        for (int putter = 0; putter < kPutters; ++putter) {
            putters.emplace_back([&, putter] {
                for (int i = 0; i < kEach; i += 5) gathered->put(numbers(putter * kEach + i, 5));
            });
        }
        putters.clear();
    }
    EXPECT_TRUE(std::ranges::all_of(times, [](const auto& count) { return count == 1; }));
    EXPECT_LE(most, 7U);
}

}  // namespace
}  // namespace stentor::owner
