#pragma once
// How long whoever asked waits for an answer. An answer that nobody awaits any more is work taken
// from those who still do, so under more questions than the store answers in time the oldest are
// dropped.
//
// Thread: any.

#include <atomic>
#include <cstdint>

#include "base/code.h"
#include "base/time.h"

namespace stentor::owner {

inline constexpr Error kTooManyQuestions{
    .code = Code::overloaded, .where = "questions", .retry_after_ms = 1'000};

class QuestionDeadline {
public:
    // True: to be refused, and counted.
    [[nodiscard]] bool is_over(Time due, Time now) {
        if (now <= due) return false;
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return true;
    }

    [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace stentor::owner
