#pragma once
// Many threads put, one takes everything at once: one lock and one wake-up for a whole batch.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace stentor {

template <class Mail>
class Mailbox {
public:
    explicit Mailbox(std::size_t limit) : limit_{limit} {}

    // False: full or closed, nothing was taken.
    [[nodiscard]] bool try_put(Mail&& mail) {
        const std::lock_guard lock{mutex_};
        if (closed_ || mails_.size() >= limit_) return false;
        add(std::move(mail));
        return true;
    }

    // For what must not be lost, as the answer to something that was counted when it was asked.
    void put(Mail mail) {
        const std::lock_guard lock{mutex_};
        if (!closed_) add(std::move(mail));
    }

    // Everything that is there, in order; waits for at most `wait` when there is nothing.
    template <class Rep, class Period>
    void take(std::vector<Mail>& into, std::chrono::duration<Rep, Period> wait) {
        into.clear();
        std::unique_lock lock{mutex_};
        if (mails_.empty() && !closed_) {
            waiting_ = true;
            arrived_.wait_for(lock, wait, [this] { return !mails_.empty() || closed_; });
            waiting_ = false;
        }
        std::swap(into, mails_);
    }

    // Wakes the taker for good. What is inside can still be taken.
    void close() {
        const std::lock_guard lock{mutex_};
        closed_ = true;
        arrived_.notify_all();
    }

    [[nodiscard]] bool closed() const {
        const std::lock_guard lock{mutex_};
        return closed_;
    }
    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock{mutex_};
        return mails_.size();
    }

private:
    void add(Mail&& mail) {
        mails_.push_back(std::move(mail));
        if (waiting_ && mails_.size() == 1) arrived_.notify_one();
    }

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Mail> mails_;
    const std::size_t limit_;
    bool closed_{};
    bool waiting_{};
};

}  // namespace stentor
