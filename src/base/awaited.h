#pragma once
// One answer that a thread waits for; nothing when the thread is to end first.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace stentor {

template <class Value>
class Awaited {
public:
    void set(Value value) {
        const std::lock_guard lock{mutex_};
        value_ = std::move(value);
        arrived_.notify_all();
    }
    std::optional<Value> wait(const std::stop_token& stop) {
        std::unique_lock lock{mutex_};
        arrived_.wait(lock, stop, [this] { return value_.has_value(); });
        return std::move(value_);
    }

private:
    std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::optional<Value> value_;
};

}  // namespace stentor
