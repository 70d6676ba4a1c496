#include "owner/loaders.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace stentor::owner {

Loaders::Loaders(std::size_t threads, const Limits& limits)
    : limits_{limits}, at_once_of_one_{std::max<std::size_t>(threads, 2) - 1} {
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

bool Loaders::try_put(UserId asker, Job job) {
    const std::lock_guard lock{mutex_};
    if (closed_ || waiting_ >= limits_.waiting) return false;
    if (!asker) {
        nobodys_.push_back(std::move(job));
    } else {
        Asker& state = askers_[asker];
        if (state.jobs.size() >= limits_.waiting_of_one) return false;
        state.jobs.push_back(std::move(job));
        line_up(asker, state);
    }
    ++waiting_;
    arrived_.notify_one();
    return true;
}

void Loaders::put(Job job) {
    const std::lock_guard lock{mutex_};
    nobodys_.push_back(std::move(job));
    ++waiting_;
    arrived_.notify_one();
}

std::size_t Loaders::waiting() const {
    const std::lock_guard lock{mutex_};
    return waiting_;
}

void Loaders::run() {
    pthread_setname_np(pthread_self(), "loader");
    std::unique_lock lock{mutex_};
    for (;;) {
        // What waits without a turn is begun by the thread that ends what runs before it.
        arrived_.wait(lock, [this] { return closed_ || has_turn(); });
        if (!has_turn()) return;
        Taken taken = take();
        lock.unlock();
        taken.job();
        taken.job = nullptr;
        lock.lock();
        ended(taken.asker);
    }
}

Loaders::Taken Loaders::take() {
    --waiting_;
    users_turn_ = !users_turn_;
    const bool of_user = nobodys_.empty() || (users_turn_ && !turns_.empty());
    return of_user ? take_of_user() : take_nobodys();
}

Loaders::Taken Loaders::take_nobodys() {
    Taken taken{.asker = {}, .job = std::move(nobodys_.front())};
    nobodys_.pop_front();
    return taken;
}

Loaders::Taken Loaders::take_of_user() {
    const UserId asker = turns_.front();
    turns_.pop_front();
    Asker& state = askers_[asker];
    state.in_turn = false;
    Taken taken{.asker = asker, .job = std::move(state.jobs.front())};
    state.jobs.pop_front();
    ++state.running;
    line_up(asker, state);
    return taken;
}

void Loaders::ended(UserId asker) {
    if (!asker) return;
    const auto found = askers_.find(asker);
    --found->second.running;
    line_up(asker, found->second);
    if (found->second.jobs.empty() && found->second.running == 0) askers_.erase(found);
}

void Loaders::line_up(UserId asker, Asker& state) {
    if (state.in_turn || state.jobs.empty() || state.running >= at_once_of_one_) return;
    state.in_turn = true;
    turns_.push_back(asker);
}

}  // namespace stentor::owner
