#pragma once
// Threads that wait for the disk or a bucket, so that no shard does.
//
// Thread: run() from any. Limits: kMediaTasks that wait.

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "base/background_queue.h"
#include "base/code.h"

namespace stentor::media {

// What those are told whose task was not taken.
inline constexpr Error kBusy{.code = Code::overloaded, .where = "media", .retry_after_ms = 1'000};

class Threads {
public:
    using Task = BackgroundQueue::Chore;

    explicit Threads(std::size_t count);
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads() { stop(); }

    // Tasks of one key are done one after the other, in their order. False: too many wait, or it
    // has stopped; nothing was taken.
    [[nodiscard]] bool run(std::string_view key, Task task);
    // What waits is still done.
    void stop();

private:
    std::vector<std::unique_ptr<BackgroundQueue>> queues_;
};

}  // namespace stentor::media
