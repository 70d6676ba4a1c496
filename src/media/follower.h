#pragma once
// Which files messages name, in step with the record: a thread that follows the store's feed. What
// is recalled, edited away, erased or no longer kept takes its files along.
//
// The feed tells each entry that was added or changed, and its place is kept in the record; a place
// that the feed does not know any more (a restored record, a follower that was away too long) is
// made good by reading all logs once. What the feed does not tell, as a floor that moved, a sweep
// finds: file by file, it asks the log whether each entry still names it. So a file is dropped
// because the log says so, never because a count came to nothing.
//
// Thread: its own. Cost: once there is a file it reads each entry once, and each file's entries
// once in kBuckets sweeps. Limits: kLooksWaiting; a file that no entry named is kept for
// kUnusedFileKept, as long as a message that names it may still be sent.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "media/files.h"
#include "media/uploads.h"
#include "store/store.h"

namespace stentor::media {

struct FollowerPace {
    Millis look_every{250};
    Millis sweep_every{5'000};  // One bucket.
};

class Follower {
public:
    // All outlive it.
    Follower(store::Store& store, Files& files, Uploads& uploads, FollowerPace pace = {});
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    ~Follower() = default;

    // `then` is run on its thread when it has read what was committed before this call, at once.
    // False: too many wait, nothing was taken. At its end what waits is dropped.
    using Task = std::move_only_function<void()>;
    [[nodiscard]] bool after_look(Task then);

private:
    struct Place {
        Epoch epoch;
        std::uint64_t number{};
    };
    void run(const std::stop_token& stop);
    void rest(const std::stop_token& stop, Millis wait);
    void take_waiting(std::vector<Task>& into);
    // False: there was nothing new.
    Result<bool> follow(const std::stop_token& stop);
    Result<void> load_place();
    Result<void> keep_place();
    Result<void> read_all(const std::stop_token& stop);
    Result<void> read(const store::FeedRow& row);
    Result<void> read(GroupId gid, Seq from, Seq to);
    Result<void> sweep(Time now);
    Result<void> sweep_file(const StoredFile& file, Time now);
    [[nodiscard]] Result<bool> is_unused_for_good(const StoredFile& file, Time now);

    store::Store& store_;
    Files& files_;
    Uploads& uploads_;
    const FollowerPace pace_;
    bool any_{};  // There has been a file: before that no entry can name one.
    std::optional<Place> place_;
    std::uint64_t kept_number_{};
    std::optional<std::string> kept_;  // The place in the record, as it was met last.
    Time kept_at_{};
    Time swept_at_{};
    unsigned next_bucket_{};
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::vector<Task> waiting_;  // Under mutex_.
    std::jthread thread_;
};

}  // namespace stentor::media
