#pragma once
// A crowd of members on threads of their own, and the orders that it takes.
//
// Owner: a measurement. Thread: one gives orders; each is carried out by all threads before the
// call returns; what is told of them at once is what they last noted. Cost: 72 bytes a member
// beside its socket.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "load/crowd/counts.h"
#include "load/crowd/plan.h"
#include "load/crowd/thread.h"

namespace stentor::crowd {

class Crowd {
public:
    // Throws std::system_error.
    explicit Crowd(Plan plan);
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    // Calls `order` on each thread, one after the other or at once; returns when all are through.
    void each(const std::function<void(Thread&)>& order);

    void connect(std::size_t up_to);
    void claim(std::uint64_t epoch, std::uint64_t seq);
    void vanish();
    void set_server(std::uint16_t port);
    // Who will stop reading, or has.
    [[nodiscard]] std::size_t sleepers();
    void fall_asleep();
    // So large a share of the sleepers as `share`; with 1 they are as all others are.
    void wake_up(double share);
    void aim(std::uint64_t seq, Clock::time_point since);
    void drill(bool on, Clock::time_point since);

    [[nodiscard]] std::uint64_t watching() const { return sum(&Thread::watching); }
    [[nodiscard]] std::uint64_t delivered() const { return sum(&Thread::delivered); }
    // Who holds what aim() named; while drill() is on: pushes that came once more, ever.
    [[nodiscard]] std::uint64_t reached() const { return sum(&Thread::reached); }
    [[nodiscard]] Counts counts();
    [[nodiscard]] Histogram arrivals();
    // The payload of a push that was found right; empty: there was none.
    [[nodiscard]] std::string newest_push();
    // What all of them were shown. False: two of them were shown different things.
    [[nodiscard]] bool merge_shown(GroupId gid, ShownLog& into);

    [[nodiscard]] std::size_t size() const { return plan_.members; }

private:
    [[nodiscard]] std::uint64_t sum(std::uint64_t (Thread::*of)() const) const;

    Plan plan_;
    std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace stentor::crowd
