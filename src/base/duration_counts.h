#pragma once
// How long something took, as counts below fixed bounds: what a histogram of Prometheus is made of.
//
// Thread: add() from one or many, reading from any; a reader may see a sum that is one ahead of its
// counts. Cost of add(): three relaxed additions.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace stentor {

class DurationCounts {
public:
    // Upper bounds in microseconds; one more place counts what is longer than all.
    static constexpr std::array<std::uint64_t, 14> kBoundsUs{
        50,     100,    250,     500,     1'000,   2'500,     5'000,
        10'000, 25'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000};

    void add(std::chrono::microseconds took) {
        const auto us = static_cast<std::uint64_t>(took.count() < 0 ? 0 : took.count());
        std::size_t place = 0;
        while (place < kBoundsUs.size() && us > kBoundsUs[place]) ++place;
        counts_[place].fetch_add(1, std::memory_order_relaxed);
        sum_us_.fetch_add(us, std::memory_order_relaxed);
    }

    [[nodiscard]] std::uint64_t count(std::size_t place) const {
        return counts_[place].load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t sum_us() const { return sum_us_.load(std::memory_order_relaxed); }

private:
    std::array<std::atomic<std::uint64_t>, kBoundsUs.size() + 1> counts_{};
    std::atomic<std::uint64_t> sum_us_{};
};

}  // namespace stentor
