#pragma once
// Threads that read the store, so that no worker ever waits for a disk.
//
// Fair by who asks: users whose questions wait take turns, one question each, so that what one of
// them asks for, over however many connections, makes others wait for one question and not for all.
// At most all threads but one work for the same user. What is nobody's (loads of groups, hellos)
// takes every other turn.
//
// Thread: any. Limits: what waits, of one user and of all; a full queue refuses.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/ids.h"

namespace stentor::owner {

class Loaders {
public:
    using Job = std::move_only_function<void()>;

    struct Limits {
        std::size_t waiting{};         // Of all.
        std::size_t waiting_of_one{};  // Of one user.
    };

    Loaders(std::size_t threads, const Limits& limits);
    Loaders(const Loaders&) = delete;
    Loaders& operator=(const Loaders&) = delete;
    ~Loaders();  // Runs what was put, then ends.

    // `asker`: whose question it is; 0: nobody's.
    [[nodiscard]] bool try_put(UserId asker, Job job);
    // For loads that somebody's bounded queue waits for already.
    void put(Job job);
    [[nodiscard]] std::size_t waiting() const;

private:
    struct Asker {
        std::deque<Job> jobs;
        std::size_t running{};
        bool in_turn{};  // Stands in turns_.
    };
    struct Taken {
        UserId asker;
        Job job;
    };

    void run();
    [[nodiscard]] bool has_turn() const { return !nobodys_.empty() || !turns_.empty(); }
    [[nodiscard]] Taken take();
    [[nodiscard]] Taken take_nobodys();
    [[nodiscard]] Taken take_of_user();
    void ended(UserId asker);
    // Puts them in line when they have something that may run.
    void line_up(UserId asker, Asker& state);

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Job> nobodys_;
    std::unordered_map<UserId, Asker> askers_;  // Those with something that waits or runs.
    std::deque<UserId> turns_;                  // Those of them who may have one more run.
    std::size_t waiting_{};
    const Limits limits_;
    const std::size_t at_once_of_one_;
    bool users_turn_{true};  // Was the last one.
    bool closed_{};
    std::vector<std::jthread> threads_;
};

}  // namespace stentor::owner
