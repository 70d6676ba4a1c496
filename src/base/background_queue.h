#pragma once
// A thread for what takes its time: what the operator asks for, and what waits for the disk.
//
// It is started with the process, by the thread that opened the store, and so has that thread's
// descriptor table. A thread that a shard starts would have the shard's: the store's descriptors
// are other files there, and a backup would write the log of the store into somebody's connection.
//
// Thread: try_put() from any. Limits: `limit` chores that wait.

#include <pthread.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "base/mailbox.h"

namespace stentor {

class BackgroundQueue {
public:
    using Chore = std::move_only_function<void()>;

    // `name` is the thread's, of at most 15 letters.
    BackgroundQueue(const char* name, std::size_t limit)
        : mailbox_{limit}, thread_{[this, name] { run(name); }} {}
    BackgroundQueue(const BackgroundQueue&) = delete;
    BackgroundQueue& operator=(const BackgroundQueue&) = delete;
    ~BackgroundQueue() { close(); }

    // False: full or closed, nothing was taken.
    [[nodiscard]] bool try_put(Chore chore) { return mailbox_.try_put(std::move(chore)); }
    // Nothing more is taken; what waits is still done.
    void close() { mailbox_.close(); }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

private:
    void run(const char* name) {
        pthread_setname_np(pthread_self(), name);
        std::vector<Chore> chores;
        for (;;) {
            mailbox_.take(chores, std::chrono::seconds{1});
            if (chores.empty() && mailbox_.closed()) return;
            for (Chore& chore : chores) chore();
        }
    }

    Mailbox<Chore> mailbox_;
    std::jthread thread_;
};

}  // namespace stentor
