#pragma once
// A thread of its own for password hashing, behind a bounded queue: neither a shard nor a worker
// waits for argon2, and a flood of sign-ins costs a constant.
//
// Owner: the wiring. Thread: requests come from any; `done` runs on the queue's thread and must
// not block.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <variant>

#include "auth/password.h"
#include "base/code.h"
#include "base/limits.h"
#include "base/time.h"

namespace stentor::auth {

class PasswordQueue {
public:
    using HashDone = std::move_only_function<void(Result<std::string>)>;
    using CheckDone = std::move_only_function<void(Result<bool>)>;

    explicit PasswordQueue(PasswordHasher& hasher,
                           std::size_t waiting_max = limits::kPasswordQueue);
    PasswordQueue(const PasswordQueue&) = delete;
    PasswordQueue& operator=(const PasswordQueue&) = delete;
    ~PasswordQueue();

    // `done` is called exactly once; at once, on the caller's thread, with overloaded and a time
    // when the queue is full.
    void hash(std::string password, HashDone done);
    // An empty `encoded` is a name that nobody has: takes as long, and is false.
    void check(std::string encoded, std::string password, CheckDone done);

    // Ends the task at hand and the thread. What waits, and whatever comes later, is answered with
    // draining. The destructor stops, too.
    void stop();

    [[nodiscard]] std::size_t waiting() const;

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

    template <class Kind>
    void enqueue(Kind task);
    void work();
    void perform(Task& task);

    PasswordHasher& hasher_;
    const std::size_t waiting_max_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Task> tasks_;
    Millis task_ms_{30};  // What the last task took: the full queue's retry time is built on it.
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace stentor::auth
