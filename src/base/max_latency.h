#pragma once
// The longest of what took time since somebody last asked, what is still under way included: a
// write that hangs is seen while it hangs.
//
// Thread: spans and add() on one, take() on one other.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace stentor {

class MaxLatency {
public:
    using Clock = std::chrono::steady_clock;

    // Something that takes time, from `since` to the end of the scope.
    class Span {
    public:
        Span(MaxLatency& longest, Clock::time_point since) : longest_{longest}, since_{since} {
            longest_.open_us_.store(us_of(since_.time_since_epoch()), std::memory_order_relaxed);
        }
        Span(const Span&) = delete;
        Span& operator=(const Span&) = delete;
        ~Span() {
            longest_.open_us_.store(0, std::memory_order_relaxed);
            longest_.add_us(us_of(Clock::now() - since_));
        }

    private:
        MaxLatency& longest_;
        Clock::time_point since_;
    };

    void add(Millis took) { add_us(us_of(took)); }

    [[nodiscard]] Millis take() {
        std::int64_t longest = longest_us_.exchange(0, std::memory_order_relaxed);
        const std::int64_t open = open_us_.load(std::memory_order_relaxed);
        if (open != 0) {
            longest = std::max(longest, us_of(Clock::now().time_since_epoch()) - open);
        }
        return std::chrono::duration_cast<Millis>(std::chrono::microseconds{longest});
    }

private:
    template <class Duration>
    static std::int64_t us_of(Duration duration) {
        return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    }
    void add_us(std::int64_t took) {
        std::int64_t before = longest_us_.load(std::memory_order_relaxed);
        while (before < took && !longest_us_.compare_exchange_weak(before, took)) {
        }
    }

    std::atomic<std::int64_t> longest_us_{};
    std::atomic<std::int64_t> open_us_{};  // When it began; 0: nothing is under way.
};

}  // namespace stentor
