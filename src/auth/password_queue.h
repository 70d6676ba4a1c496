#pragma once
// A thread of its own for password hashing, behind a bounded queue: neither a shard nor a worker
// waits for argon2, and a flood of sign-ins costs a constant and keeps nobody out for long who is
// not part of it (fair_queue.h).
//
// Owner: the wiring. Thread: requests come from any; `done` runs on the queue's thread and must
// not block.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <variant>

#include "auth/fair_queue.h"
#include "auth/password.h"
#include "base/code.h"
#include "base/limits.h"
#include "base/time.h"

namespace stentor::auth {

// Of the whole process.
struct SignInCounts {
    std::atomic<std::uint64_t> failed;   // A wrong password, or a name that nobody has.
    std::atomic<std::uint64_t> refused;  // Not tried: too many before, or no room.
};

class PasswordQueue {
public:
    using HashDone = std::move_only_function<void(Result<std::string>)>;
    using CheckDone = std::move_only_function<void(Result<bool>)>;

    explicit PasswordQueue(PasswordHasher& hasher,
                           std::size_t waiting_max = limits::kPasswordQueue);
    PasswordQueue(const PasswordQueue&) = delete;
    PasswordQueue& operator=(const PasswordQueue&) = delete;
    ~PasswordQueue();

    // `done` is called exactly once; at once, on a caller's thread, with overloaded and a time when
    // there is no room for it, or for others only.
    void hash(const Asker& asker, std::string password, HashDone done);
    // An empty `encoded` is a name that nobody has: takes as long, and is false.
    void check(const Asker& asker, std::string encoded, std::string password, CheckDone done);

    // Ends the task at hand and the thread. What waits, and whatever comes later, is answered with
    // draining. The destructor stops, too.
    void stop();

    [[nodiscard]] std::size_t waiting() const;
    [[nodiscard]] SignInCounts& counts() { return counts_; }
    [[nodiscard]] const SignInCounts& counts() const { return counts_; }

private:
    struct HashTask {
        std::string password;
        HashDone done;
    };
    struct CheckTask {
        std::string encoded;
        std::string password;
        CheckDone done;
    };
    using Task = std::variant<HashTask, CheckTask>;

    void enqueue(const Asker& asker, Task task);
    static void refuse(Task& task, const Error& error);
    void work();
    void perform(Task& task);

    PasswordHasher& hasher_;
    const std::size_t waiting_max_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    FairQueue<Task> tasks_;
    Millis task_ms_{30};  // What the last task took: the full queue's retry time is built on it.
    SignInCounts counts_{};
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace stentor::auth
