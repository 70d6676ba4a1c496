#include "bus/local/local_bus.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/limits.h"

namespace stentor::bus {

// The asks that have no answer yet. All have the same time to live, so they expire in the order in
// which they came.
class LocalBus::Deadlines {
public:
    std::uint64_t add(ReplyHandler reply) {
        const std::lock_guard lock{mutex_};
        const std::uint64_t id = ++last_;
        open_.emplace(id, std::move(reply));
        order_.push_back({.due = now() + limits::kAskWithin, .id = id});
        return id;
    }

    // Whoever takes the handler calls it; the other finds none.
    ReplyHandler take(std::uint64_t id) {
        const std::lock_guard lock{mutex_};
        auto node = open_.extract(id);
        return node.empty() ? ReplyHandler{} : std::move(node.mapped());
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
                    Error{.code = Code::timeout, .where = "owner", .retry_after_ms = 1'000}));
                lock.lock();
            }
        }
    }

private:
    struct Due {
        Time due;
        std::uint64_t id;
    };

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::unordered_map<std::uint64_t, ReplyHandler> open_;
    std::deque<Due> order_;
    std::uint64_t last_{};
};

LocalBus::LocalBus()
    : deadlines_{std::make_shared<Deadlines>()},
      sweeper_{[deadlines = deadlines_](const std::stop_token& stop) { deadlines->sweep(stop); }} {}

LocalBus::~LocalBus() = default;

Result<void> LocalBus::post(PartitionId partition, Post post) {
    return owner_->on_post(partition, std::move(post));
}

void LocalBus::ask(PartitionId partition, Question question, ReplyHandler reply) {
    const std::uint64_t id = deadlines_->add(std::move(reply));
    owner_->on_ask(partition, std::move(question),
                   [deadlines = deadlines_, id](Result<Reply> answer) {
                       if (auto handler = deadlines->take(id)) handler(std::move(answer));
                   });
}

void LocalBus::publish(NodeId /*node*/, std::shared_ptr<const Items> items) {
    node_->on_items(std::move(items));
}

void LocalBus::answer(NodeId /*node*/, std::vector<Answer> answers) {
    node_->on_answers(std::move(answers));
}

void LocalBus::nudge(NodeId /*node*/, std::vector<Nudge> nudges) {
    node_->on_nudges(std::move(nudges));
}

}  // namespace stentor::bus
