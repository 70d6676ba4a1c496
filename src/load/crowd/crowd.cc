#include "load/crowd/crowd.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <utility>

namespace stentor::crowd {

Crowd::Crowd(Plan plan) : plan_{std::move(plan)} {
    for (std::size_t first = 0; first < plan_.members; first += plan_.members_a_thread) {
        const std::size_t count = std::min(plan_.members_a_thread, plan_.members - first);
        threads_.push_back(std::make_unique<Thread>(plan_, first, count));
    }
}

void Crowd::each(const std::function<void(Thread&)>& order) {
    std::latch through{static_cast<std::ptrdiff_t>(threads_.size())};
    for (const auto& thread : threads_) {
        thread->post([&](Thread& self) {
            order(self);
            through.count_down();
        });
    }
    through.wait();
}

void Crowd::connect(std::size_t up_to) {
    each([=](Thread& thread) { thread.connect(up_to); });
}

void Crowd::claim(std::uint64_t epoch, std::uint64_t seq) {
    each([=](Thread& thread) { thread.claim(epoch, seq); });
}

std::string Crowd::newest_push() {
    std::mutex mutex;
    std::string payload;
    each([&](Thread& thread) {
        const std::lock_guard lock{mutex};
        if (payload.empty()) payload = thread.shown().newest();
    });
    return payload;
}

void Crowd::vanish() {
    each([](Thread& thread) { thread.vanish(); });
}

void Crowd::set_server(std::uint16_t port) {
    each([port](Thread& thread) { thread.set_server(port); });
}

std::size_t Crowd::sleepers() {
    std::atomic<std::size_t> all = 0;
    each([&](Thread& thread) { all += thread.sleepers(); });
    return all;
}

void Crowd::fall_asleep() {
    each([](Thread& thread) { thread.fall_asleep(); });
}

void Crowd::wake_up(double share) {
    each([share](Thread& thread) { thread.wake_up(share); });
}

void Crowd::aim(std::uint64_t seq, Clock::time_point since) {
    each([=](Thread& thread) { thread.aim(seq, since); });
}

void Crowd::drill(bool on, Clock::time_point since) {
    each([=](Thread& thread) { thread.drill(on, since); });
}

std::uint64_t Crowd::sum(std::uint64_t (Thread::*of)() const) const {
    std::uint64_t all = 0;
    for (const auto& thread : threads_) all += ((*thread).*of)();
    return all;
}

Counts Crowd::counts() {
    std::mutex mutex;
    Counts sum;
    each([&](Thread& thread) {
        const std::lock_guard lock{mutex};
        sum.add(thread.counts());
    });
    return sum;
}

Histogram Crowd::arrivals() {
    std::mutex mutex;
    Histogram sum;
    each([&](Thread& thread) {
        const std::lock_guard lock{mutex};
        sum.add(thread.arrivals());
    });
    return sum;
}

bool Crowd::merge_shown(GroupId gid, ShownLog& into) {
    std::mutex mutex;
    bool alike = true;
    each([&](Thread& thread) {
        const std::lock_guard lock{mutex};
        const auto at = thread.shown().logs().find(gid);
        if (at == thread.shown().logs().end()) return;
        for (const auto& [seq, entry] : at->second) {
            const auto known = into.try_emplace(seq, entry).first;
            alike =
                alike && known->second.sender == entry.sender && known->second.body == entry.body;
        }
    });
    return alike;
}

}  // namespace stentor::crowd
