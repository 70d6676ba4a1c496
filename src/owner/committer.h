#pragma once
// The thread that writes: whatever commits have gathered while the last sync ran go out together
// under the next one.
//
// Thread: submit() and read() from any; outcomes come back on the committer's own thread.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/mailbox.h"
#include "base/time.h"
#include "store/store.h"

namespace stentor::owner {

struct CommitterCounters {
    std::atomic<std::uint64_t> syncs;
    std::atomic<std::uint64_t> commits;
    std::atomic<std::uint64_t> entries;
    std::atomic<std::uint64_t> failed;      // Outcomes other than done.
    std::atomic<std::uint64_t> busy_us;     // Inside the store.
    std::atomic<std::uint64_t> longest_us;  // The longest single call.
    std::atomic<bool> store_lost;           // The last call had an outcome that nobody knows.
};

class Committer {
public:
    // Told the outcomes of one submit() together.
    using Done = std::function<void(std::vector<std::pair<GroupId, store::Outcome>>)>;

    // `sync_delay` is added to each write: for measuring what a slow disk does to everybody else.
    explicit Committer(store::Store& store, Millis sync_delay = {});
    Committer(const Committer&) = delete;
    Committer& operator=(const Committer&) = delete;
    ~Committer();  // Writes what was submitted, then ends.

    void submit(std::vector<store::Commit> commits, std::shared_ptr<const Done> done);
    // Read positions: written beside the next commits, without a sync of their own.
    void advance(std::vector<store::Store::ReadPosition> positions);

    [[nodiscard]] const CommitterCounters& counters() const { return counters_; }

private:
    struct Job {
        std::vector<store::Commit> commits;
        std::shared_ptr<const Done> done;
        std::vector<store::Store::ReadPosition> positions;
    };

    void run();
    void write(std::vector<Job>& jobs);
    void write_positions(std::vector<Job>& jobs);
    // Client ids older than a retry may be: forgotten at the start, then every kForgetEvery.
    void forget_old_sends(Time now);

    store::Store& store_;
    const Millis sync_delay_;
    Time forget_at_{};
    Mailbox<Job> mailbox_;
    CommitterCounters counters_{};
    std::jthread thread_;
};

}  // namespace stentor::owner
