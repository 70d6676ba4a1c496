#include "owner/loaders.h"

#include <pthread.h>

#include <utility>

namespace stentor::owner {

Loaders::Loaders(std::size_t threads, std::size_t jobs_max) : jobs_max_{jobs_max} {
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { run(); });
    }
}

Loaders::~Loaders() {
    {
        const std::lock_guard lock{mutex_};
        closed_ = true;
    }
    arrived_.notify_all();
}

bool Loaders::try_put(Job job) {
    const std::lock_guard lock{mutex_};
    if (closed_ || jobs_.size() >= jobs_max_) return false;
    jobs_.push_back(std::move(job));
    arrived_.notify_one();
    return true;
}

void Loaders::put(Job job) {
    const std::lock_guard lock{mutex_};
    jobs_.push_back(std::move(job));
    arrived_.notify_one();
}

std::size_t Loaders::waiting() const {
    const std::lock_guard lock{mutex_};
    return jobs_.size();
}

void Loaders::run() {
    pthread_setname_np(pthread_self(), "loader");
    std::unique_lock lock{mutex_};
    for (;;) {
        arrived_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        job = nullptr;
        lock.lock();
    }
}

}  // namespace stentor::owner
