#pragma once
// A thread for what the operator asks for and what takes its time.
//
// It is started with the process, by the thread that opened the store, and so has that thread's
// descriptor table. A thread that a shard starts would have the shard's: the store's descriptors
// are other files there, and a backup would write the log of the store into somebody's connection.
//
// Thread: put() from any. Limits: kChores that wait.

#include <pthread.h>

#include <chrono>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "base/mailbox.h"

namespace stentor::server {

class BackgroundQueue {
public:
    using Chore = std::move_only_function<void()>;

    BackgroundQueue() : thread_{[this] { run(); }} {}
    BackgroundQueue(const BackgroundQueue&) = delete;
    BackgroundQueue& operator=(const BackgroundQueue&) = delete;
    ~BackgroundQueue() { mailbox_.close(); }  // What waits is still done.

    // False: full, nothing was taken.
    [[nodiscard]] bool try_put(Chore chore) { return mailbox_.try_put(std::move(chore)); }

private:
    static constexpr std::size_t kChores = 4;

    void run() {
        pthread_setname_np(pthread_self(), "chores");
        std::vector<Chore> chores;
        for (;;) {
            mailbox_.take(chores, std::chrono::seconds{1});
            if (chores.empty() && mailbox_.closed()) return;
            for (Chore& chore : chores) chore();
        }
    }

    Mailbox<Chore> mailbox_{kChores};
    std::jthread thread_;
};

}  // namespace stentor::server
