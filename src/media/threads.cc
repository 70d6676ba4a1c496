#include "media/threads.h"

#include <pthread.h>

#include <chrono>
#include <string>
#include <utility>

#include "base/media_limits.h"

namespace stentor::media {

Threads::Threads(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        lanes_.push_back(std::make_unique<Lane>(limits::kMediaTasks / count));
        lanes_.back()->thread = std::jthread{[&tasks = lanes_.back()->tasks] { work(tasks); }};
    }
}

bool Threads::run(std::string_view key, Task task) {
    const std::size_t lane = std::hash<std::string_view>{}(key) % lanes_.size();
    return lanes_[lane]->tasks.try_put(std::move(task));
}

void Threads::stop() {
    for (const auto& lane : lanes_) lane->tasks.close();
    for (const auto& lane : lanes_) {
        if (lane->thread.joinable()) lane->thread.join();
    }
}

void Threads::work(Mailbox<Task>& tasks) {
    pthread_setname_np(pthread_self(), "media");
    std::vector<Task> taken;
    for (;;) {
        tasks.take(taken, std::chrono::seconds{10});
        if (taken.empty() && tasks.closed()) return;
        for (Task& task : taken) task();
    }
}

}  // namespace stentor::media
