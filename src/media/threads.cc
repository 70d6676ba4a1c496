#include "media/threads.h"

#include <functional>
#include <utility>

#include "base/media_limits.h"

namespace stentor::media {

Threads::Threads(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        queues_.push_back(std::make_unique<BackgroundQueue>("media", limits::kMediaTasks / count));
    }
}

bool Threads::run(std::string_view key, Task task) {
    const std::size_t queue = std::hash<std::string_view>{}(key) % queues_.size();
    return queues_[queue]->try_put(std::move(task));
}

void Threads::stop() {
    for (const auto& queue : queues_) queue->close();
    for (const auto& queue : queues_) queue->join();
}

}  // namespace stentor::media
