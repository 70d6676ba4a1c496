#pragma once
// Work posted to a shard from any thread, and the one wake-up for a batch of it.
//
// The wake-up is an eventfd that is watched edge-triggered and never read: each write is an edge.
// It must exist before the shards take descriptor tables of their own, so that every table has it
// under the same number and shards can post to each other.

#include <functional>
#include <mutex>
#include <vector>

namespace stentor::net {

class Mailbox {
public:
    using Mail = std::move_only_function<void()>;

    Mailbox();  // Throws std::system_error.
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox();

    [[nodiscard]] int wake_descriptor() const { return wake_; }

    void post(Mail mail);                 // After end(): thrown away.
    void take(std::vector<Mail>& batch);  // Swaps; `batch` must be empty.
    void end();

private:
    int wake_;
    std::mutex mutex_;
    std::vector<Mail> mails_;
    bool ended_{false};
};

}  // namespace stentor::net
