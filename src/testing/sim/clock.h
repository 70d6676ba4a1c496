#pragma once
// Virtual time: what was planned runs in the order of its time, and of its planning within one
// millisecond. Nothing waits; an hour costs what happens in it.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/time.h"

namespace stentor::sim {

using Task = std::move_only_function<void()>;

class Clock {
public:
    [[nodiscard]] Time now() const { return now_; }

    void at(Time when, Task task) {
        heap_.push_back({std::max(when, now_), ++planned_, std::move(task)});
        std::ranges::push_heap(heap_, later);
    }
    void after(Millis delay, Task task) { at(now_ + delay, std::move(task)); }

    // The next task, if there is one at or before `end`; otherwise time moves to `end`.
    bool step(Time end) {
        if (heap_.empty() || heap_.front().when > end) {
            now_ = std::max(now_, end);
            return false;
        }
        std::ranges::pop_heap(heap_, later);
        Planned planned = std::move(heap_.back());
        heap_.pop_back();
        now_ = planned.when;
        ++steps_;
        planned.task();
        return true;
    }

    [[nodiscard]] std::uint64_t steps() const { return steps_; }

private:
    struct Planned {
        Time when;
        std::uint64_t number{};
        Task task;
    };
    static bool later(const Planned& a, const Planned& b) {
        return a.when != b.when ? a.when > b.when : a.number > b.number;
    }

    Time now_ = from_ms(1'700'000'000'000);
    std::uint64_t planned_{};
    std::uint64_t steps_{};
    std::vector<Planned> heap_;
};

// A delay that keeps order: what is sent later on one line arrives later.
class Line {
public:
    Time arrival(Time now, Millis delay) { return last_ = std::max(last_, now + delay); }

private:
    Time last_{};
};

}  // namespace stentor::sim
