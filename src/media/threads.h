#pragma once
// Threads that wait for the disk, so that no shard does. They are started by the thread that opened
// the record and so share its table of descriptors; see server/wiring/background_queue.h.
//
// Thread: run() from any. Limits: kMediaTasks that wait.

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "base/code.h"
#include "base/mailbox.h"

namespace stentor::media {

// What those are told whose task was not taken.
inline constexpr Error kBusy{.code = Code::overloaded, .where = "media", .retry_after_ms = 1'000};

class Threads {
public:
    using Task = std::move_only_function<void()>;

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
    struct Lane {
        explicit Lane(std::size_t limit) : tasks{limit} {}
        Mailbox<Task> tasks;
        std::jthread thread;
    };
    static void work(Mailbox<Task>& tasks);

    std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace stentor::media
