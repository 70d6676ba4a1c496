#pragma once
// Threads that read the store, so that no worker ever waits for a disk.
//
// Thread: any. Limits: the queue; a full one refuses.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace stentor::owner {

class Loaders {
public:
    using Job = std::move_only_function<void()>;

    Loaders(std::size_t threads, std::size_t jobs_max);
    Loaders(const Loaders&) = delete;
    Loaders& operator=(const Loaders&) = delete;
    ~Loaders();  // Runs what was put, then ends.

    [[nodiscard]] bool try_put(Job job);
    // For loads that somebody's bounded queue waits for already.
    void put(Job job);
    [[nodiscard]] std::size_t waiting() const;

private:
    void run();

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Job> jobs_;
    std::size_t jobs_max_;
    bool closed_{};
    std::vector<std::jthread> threads_;
};

}  // namespace stentor::owner
