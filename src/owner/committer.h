#pragma once
// A thread that writes: whatever commits have gathered while the last sync ran go out together
// under the next one. What the store aborted goes out first with the next ones. There may be
// several, each for its own partitions: then a store that keeps one of them waiting holds up no
// other. One group's commits all go through one committer.
//
// Thread: submit() and read() from any; outcomes come back on the committer's own thread.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "base/duration_counts.h"
#include "base/limits.h"
#include "base/mailbox.h"
#include "base/max_latency.h"
#include "base/time.h"
#include "group/effects.h"
#include "owner/heads.h"
#include "store/store.h"

namespace stentor::owner {

// Of all committers together.
struct CommitterCounters {
    std::atomic<std::uint64_t> syncs;
    std::atomic<std::uint64_t> commits;
    std::atomic<std::uint64_t> entries;
    std::atomic<std::uint64_t> failed;        // Told outcomes other than done.
    std::atomic<std::uint64_t> aborted;       // Tries that wrote nothing and were made again.
    std::atomic<std::uint64_t> busy_us;       // Inside the store.
    std::atomic<std::uint64_t> longest_us;    // The longest single call.
    DurationCounts durations;                 // Each call of the store, with its sync.
    std::atomic<std::uint64_t> copy_wait_us;  // For another copy, after the write.
    std::atomic<bool> store_lost;             // The last call had an outcome that nobody knows.
};

class Committer {
public:
    // Told the outcomes of one submit() together.
    using Done = std::function<void(std::vector<group::Committed>)>;
    // Told once these read positions are written, or lost.
    using Written = std::function<void()>;

    struct Options {
        Millis sync_delay{};  // Added to each write: for measuring what a slow disk does to others.
        bool forgets{true};   // Old client ids: one committer does it for all.
        // Asked after each write, before anybody is told of it: blocks until what was written is
        // wherever else it was promised to be. False: it may not be, so the outcomes are unknown.
        std::function<bool()> await_copied;
        std::size_t jobs_max{limits::kCommitterMail};
    };
    Committer(store::Store& store, CommitterCounters& counters, Heads& heads,
              const Options& options);
    Committer(const Committer&) = delete;
    Committer& operator=(const Committer&) = delete;
    ~Committer();  // Writes what was submitted, then ends.

    // False: too much waits already, nothing was taken. Then its caller keeps them.
    [[nodiscard]] bool submit(std::vector<store::Commit>& commits,
                              const std::shared_ptr<const Done>& done);
    // Read positions: written with the commits that gather with them, or, where there are none,
    // without a sync. False: as above.
    [[nodiscard]] bool advance(std::vector<store::ReadPosition>& positions,
                               const std::shared_ptr<const Written>& written);
    // From a submit until it is on this disk, the longest since this was asked last. Waits for
    // another copy are left out: they say nothing of how busy this machine is.
    [[nodiscard]] Millis take_longest() { return waits_.take(); }

private:
    struct Job {
        std::chrono::steady_clock::time_point submitted;
        std::vector<store::Commit> commits;
        std::shared_ptr<const Done> done;
        std::vector<store::ReadPosition> positions;
        std::shared_ptr<const Written> written;
    };

    void run();
    // What is to be tried again.
    [[nodiscard]] std::vector<Job> write(std::vector<Job>& jobs);
    // Likewise of one of them; `outcomes` are those of its commits, which stand in `commits`.
    [[nodiscard]] Job tell(const Job& job, std::span<store::Commit> commits,
                           std::span<const store::Outcome> outcomes);
    [[nodiscard]] bool await_copied();
    void write_positions(std::span<const store::ReadPosition> positions,
                         MaxLatency::Clock::time_point submitted);
    // Client ids older than a retry may be, and the oldest of a feed too long: forgotten at the
    // start, then every kForgetEvery.
    void forget_old_rows(Time now);

    store::Store& store_;
    CommitterCounters& counters_;
    Heads& heads_;
    const Options options_;
    MaxLatency waits_;
    MaxLatency::Clock::time_point copied_at_{};  // The end of the last wait for another copy.
    Time forget_at_{};
    Mailbox<Job> mailbox_;
    std::jthread thread_;
};

}  // namespace stentor::owner
