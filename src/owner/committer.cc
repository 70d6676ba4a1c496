#include "owner/committer.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "base/feed_number.h"
#include "base/limits.h"
#include "base/log.h"
#include "owner/attempt.h"

namespace stentor::owner {
namespace {

constexpr Millis kTryAgainAfter{20};

}  // namespace

Committer::Committer(store::Store& store, CommitterCounters& counters, Heads& heads,
                     const Options& options)
    : store_{store},
      counters_{counters},
      heads_{heads},
      options_{options},
      mailbox_{options.jobs_max},
      thread_{[this] { run(); }} {}

Committer::~Committer() {
    mailbox_.close();
    if (thread_.joinable()) thread_.join();
}

bool Committer::submit(std::vector<store::Commit>& commits,
                       const std::shared_ptr<const Done>& done) {
    Job job{.submitted = std::chrono::steady_clock::now(),
            .commits = std::exchange(commits, {}),
            .done = done};
    if (mailbox_.try_put(std::move(job))) return true;
    // NOLINTNEXTLINE(bugprone-use-after-move): what was not put was not taken.
    commits = std::move(job.commits);
    return false;
}

bool Committer::advance(std::vector<store::ReadPosition>& positions,
                        const std::shared_ptr<const Written>& written) {
    Job job{.submitted = std::chrono::steady_clock::now(),
            .positions = std::exchange(positions, {}),
            .written = written};
    if (mailbox_.try_put(std::move(job))) return true;
    // NOLINTNEXTLINE(bugprone-use-after-move): as above.
    positions = std::move(job.positions);
    return false;
}

void Committer::run() {
    pthread_setname_np(pthread_self(), "committer");
    std::vector<Job> jobs;
    std::vector<Job> again;
    for (;;) {
        if (!again.empty()) std::this_thread::sleep_for(kTryAgainAfter);
        mailbox_.take(jobs, again.empty() ? Millis{1'000} : Millis{0});
        forget_old_rows(now());
        jobs.insert(jobs.begin(), std::move_iterator{again.begin()},
                    std::move_iterator{again.end()});
        again.clear();
        if (jobs.empty()) {
            if (mailbox_.closed()) return;
            continue;
        }
        again = write(jobs);
        for (const Job& job : jobs) {
            if (job.written != nullptr) (*job.written)();
        }
    }
}

std::vector<Committer::Job> Committer::write(std::vector<Job>& jobs) {
    std::vector<store::Commit> commits;
    std::vector<store::ReadPosition> positions;
    std::uint64_t entries = 0;
    for (Job& job : jobs) {
        std::ranges::move(job.commits, std::back_inserter(commits));
        std::ranges::move(job.positions, std::back_inserter(positions));
    }
    if (commits.empty()) {
        write_positions(positions, jobs.front().submitted);
        return {};
    }
    for (const store::Commit& commit : commits) entries += commit.entries.size();

    const auto start = std::chrono::steady_clock::now();
    std::vector<store::Outcome> outcomes;
    {
        const MaxLatency::Span span{waits_, std::max(jobs.front().submitted, copied_at_)};
        outcomes = store_.commit(commits, positions);
        if (options_.sync_delay > Millis{0}) std::this_thread::sleep_for(options_.sync_delay);
    }
    const auto took =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                       std::chrono::steady_clock::now() - start)
                                       .count());
    counters_.syncs.fetch_add(1, std::memory_order_relaxed);
    counters_.commits.fetch_add(commits.size(), std::memory_order_relaxed);
    counters_.entries.fetch_add(entries, std::memory_order_relaxed);
    counters_.durations.add(std::chrono::microseconds{took});
    counters_.busy_us.fetch_add(took, std::memory_order_relaxed);
    if (took > counters_.longest_us.load(std::memory_order_relaxed)) {
        counters_.longest_us.store(took, std::memory_order_relaxed);
    }

    if (!await_copied()) {
        std::ranges::replace(outcomes, store::Outcome::done, store::Outcome::unknown);
    }
    counters_.store_lost.store(std::ranges::find(outcomes, store::Outcome::unknown) !=
                               outcomes.end());

    std::vector<Job> again;
    std::span<store::Commit> rest{commits};
    std::span<const store::Outcome> rest_of_outcomes{outcomes};
    for (Job& job : jobs) {
        const std::size_t count = job.commits.size();
        if (count == 0) continue;
        Job left = tell(job, rest.first(count), rest_of_outcomes.first(count));
        if (!left.commits.empty()) again.push_back(std::move(left));
        rest = rest.subspan(count);
        rest_of_outcomes = rest_of_outcomes.subspan(count);
    }
    return again;
}

Committer::Job Committer::tell(const Job& job, std::span<store::Commit> commits,
                               std::span<const store::Outcome> outcomes) {
    Job again{.submitted = job.submitted, .done = job.done};
    const auto tried_for =
        std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - job.submitted);
    std::vector<group::Committed> told;
    for (std::size_t i = 0; i < commits.size(); ++i) {
        const auto outcome = outcome_to_tell(outcomes[i], tried_for);
        if (!outcome) {
            again.commits.push_back(std::move(commits[i]));
            counters_.aborted.fetch_add(1, std::memory_order_relaxed);
            continue;
        }
        told.push_back(group::committed(commits[i], *outcome));
        if (*outcome == store::Outcome::done) {
            heads_.on_committed(commits[i]);
            continue;
        }
        heads_.forget(commits[i].gid);
        counters_.failed.fetch_add(1, std::memory_order_relaxed);
        log::warn("commit not done",
                  {{"gid", commits[i].gid.value}, {"outcome", static_cast<int>(*outcome)}});
    }
    if (!told.empty()) (*job.done)(std::move(told));
    return again;
}

// False: what was written may not be where it was promised to be as well.
bool Committer::await_copied() {
    if (!options_.await_copied) return true;
    const auto start = MaxLatency::Clock::now();
    const bool copied = options_.await_copied();
    copied_at_ = MaxLatency::Clock::now();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(copied_at_ - start);
    counters_.copy_wait_us.fetch_add(static_cast<std::uint64_t>(took.count()),
                                     std::memory_order_relaxed);
    return copied;
}

void Committer::write_positions(std::span<const store::ReadPosition> positions,
                                MaxLatency::Clock::time_point submitted) {
    if (positions.empty()) return;
    const MaxLatency::Span span{waits_, std::max(submitted, copied_at_)};
    if (const auto written = store_.advance_read(positions); !written) {
        log::warn("read positions not written",
                  {{"positions", positions.size()},
                   {"gid", positions.front().gid.value},  // Of the first.
                   {"uid", positions.front().uid.value},
                   {"code", name_of(written.error().code)}});
    }
}

void Committer::forget_old_rows(Time now) {
    if (!options_.forgets || now < forget_at_) return;
    forget_at_ = now + limits::kForgetEvery;
    const Time before = now - limits::kSendWindow - limits::kSendWindowSlack;
    if (const auto forgot = store_.forget_sent_before(before); !forgot) {
        log::warn("old sends not forgotten", {{"code", name_of(forgot.error().code)}});
    }
    const auto feed = store_.feed(0, 1);
    if (!feed || feed_place(feed->head) <= limits::kFeedRows) return;
    if (const auto forgot = store_.forget_feed(feed->head - limits::kFeedRows); !forgot) {
        log::warn("the feed's oldest not forgotten", {{"code", name_of(forgot.error().code)}});
    }
}

}  // namespace stentor::owner
