#pragma once
// When one message reached each of many receivers.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/histogram.h"
#include "load/bench/loop.h"
#include "load/bench/raw_floor.h"

namespace stentor::bench {

struct Arrivals {
    void begin() {
        times = {};
        sent = std::chrono::steady_clock::now();
    }
    void add() {
        const auto waited = std::chrono::steady_clock::now() - sent;
        times.add(static_cast<std::uint64_t>(waited.count()));
    }
    // Turns the loop until all `watchers` have it, at most 30 s.
    FanoutTimes wait(Loop& loop, std::size_t watchers) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
        while (times.count() < watchers && std::chrono::steady_clock::now() < end) {
            loop.turn(Millis{5});
        }
        return {.first = times.min(),
                .median = times.at(0.5),
                .p99 = times.at(0.99),
                .last = times.max(),
                .reached = times.count()};
    }

    Histogram times;
    std::chrono::steady_clock::time_point sent;
    std::size_t open{};
    std::size_t payload_bytes{};
};

}  // namespace stentor::bench
