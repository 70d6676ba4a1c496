#pragma once
// What has been asked and has no answer yet. All wait equally long, so they expire in the order in
// which they came; whoever takes a handler first, an answer or the clock, calls it, and the other
// finds none.
//
// Thread: any; sweep() is the body of a thread of its own.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <unordered_map>
#include <utility>

#include "base/code.h"
#include "base/time.h"

namespace stentor {

template <class Answer>
class PendingReplies {
public:
    using Handler = std::move_only_function<void(Result<Answer>)>;

    // `where` is what the refusal of an expired one names; ids go on above `last`.
    PendingReplies(Millis within, std::string_view where, std::uint64_t last = 0)
        : within_{within}, where_{where}, last_{last} {}

    std::uint64_t add(Handler handler) {
        const std::lock_guard lock{mutex_};
        const std::uint64_t id = ++last_;
        open_.emplace(id, std::move(handler));
        order_.push_back({.due = now() + within_, .id = id});
        return id;
    }

    // Empty when it has been taken or has expired.
    [[nodiscard]] Handler take(std::uint64_t id) {
        const std::lock_guard lock{mutex_};
        auto node = open_.extract(id);
        return node.empty() ? Handler{} : std::move(node.mapped());
    }

    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock{mutex_};
        return open_.size();
    }

    void sweep(const std::stop_token& stop) {
        constexpr Millis kEvery{200};
        std::unique_lock lock{mutex_};
        while (!stop.stop_requested()) {
            wake_.wait_for(lock, stop, kEvery, [] { return false; });
            const Time time = now();
            while (!order_.empty() && order_.front().due <= time) {
                auto node = open_.extract(order_.front().id);
                order_.pop_front();
                if (node.empty()) continue;
                lock.unlock();
                node.mapped()(std::unexpected(
                    Error{.code = Code::timeout, .where = where_, .retry_after_ms = 1'000}));
                lock.lock();
            }
        }
    }

private:
    struct Due {
        Time due;
        std::uint64_t id;
    };

    const Millis within_;
    const std::string_view where_;
    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::unordered_map<std::uint64_t, Handler> open_;
    std::deque<Due> order_;
    std::uint64_t last_;
};

}  // namespace stentor
