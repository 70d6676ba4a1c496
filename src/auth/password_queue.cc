#include "auth/password_queue.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace stentor::auth {
namespace {

constexpr Error kDraining{.code = Code::draining, .where = "password", .retry_after_ms = 1000};

}  // namespace

PasswordQueue::PasswordQueue(PasswordHasher& hasher, std::size_t waiting_max)
    : hasher_(hasher),
      waiting_max_(waiting_max),
      tasks_(waiting_max),
      thread_([this] { work(); }) {}

PasswordQueue::~PasswordQueue() { stop(); }

void PasswordQueue::stop() {
    std::vector<Task> unanswered;
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        while (auto task = tasks_.take()) unanswered.push_back(std::move(*task));
    }
    wake_.notify_one();
    // First the thread, then what waited: two answers never run at the same time.
    if (thread_.joinable()) thread_.join();
    for (Task& task : unanswered) refuse(task, kDraining);
}

void PasswordQueue::hash(const Asker& asker, std::string password, HashDone done) {
    enqueue(asker, HashTask{.password = std::move(password), .done = std::move(done)});
}

void PasswordQueue::check(const Asker& asker, std::string encoded, std::string password,
                          CheckDone done) {
    enqueue(asker, CheckTask{.encoded = std::move(encoded),
                             .password = std::move(password),
                             .done = std::move(done)});
}

std::size_t PasswordQueue::waiting() const {
    const std::lock_guard lock{mutex_};
    return tasks_.size();
}

void PasswordQueue::refuse(Task& task, const Error& error) {
    std::visit([&](auto& each) { each.done(std::unexpected(error)); }, task);
}

void PasswordQueue::enqueue(const Asker& asker, Task task) {
    Error refused = kDraining;
    std::optional<Task> out;
    {
        const std::lock_guard lock{mutex_};
        if (stopping_) {
            out = std::move(task);
        } else {
            // By then half of what waits now is done.
            const auto wait_ms = static_cast<std::size_t>(task_ms_.count()) * tasks_.size() / 2;
            refused = {.code = Code::overloaded,
                       .where = "password",
                       .limit = waiting_max_,
                       .retry_after_ms = std::max(static_cast<std::uint32_t>(wait_ms), 100U)};
            out = tasks_.put(asker, std::move(task));
            wake_.notify_one();
        }
    }
    if (!out) return;
    ++counts_.refused;
    refuse(*out, refused);
}

void PasswordQueue::work() {
    std::unique_lock lock{mutex_};
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        if (stopping_) return;
        Task task = std::move(*tasks_.take());
        lock.unlock();
        const Time before = now();
        perform(task);
        const Millis took = now() - before;
        lock.lock();
        task_ms_ = std::max(took, Millis{1});
    }
}

void PasswordQueue::perform(Task& task) {
    if (auto* hash = std::get_if<HashTask>(&task)) {
        hash->done(hasher_.hash(hash->password));
        return;
    }
    auto& check = std::get<CheckTask>(task);
    const bool known = !check.encoded.empty();
    const bool matches =
        hasher_.matches(known ? std::string_view{check.encoded} : hasher_.decoy(), check.password);
    check.done(known && matches);
}

}  // namespace stentor::auth
