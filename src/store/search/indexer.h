#pragma once
// Keeps the index of words in step with the record: a thread that follows the store's feed, and
// reads all logs once where the index is new, too old for the feed, or of another history.
//
// Thread: its own. Cost: it reads each entry once; one durable commit of the index a second at the
// most. A search finds what was written up to two seconds ago.

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <thread>

#include "base/time.h"
#include "store/search/word_index.h"
#include "store/store.h"

namespace stentor::search {

struct IndexerCounters {
    std::atomic<std::uint64_t> entries;  // Read into the index since the start.
    std::atomic<std::uint64_t> behind;   // Commits of the feed that are not in it yet.
    std::atomic<std::uint64_t> rebuilds;
};

class Indexer {
public:
    // Both must outlive it.
    Indexer(store::Store& store, WordIndex& index, Millis look_every = Millis{250});
    Indexer(const Indexer&) = delete;
    Indexer& operator=(const Indexer&) = delete;
    ~Indexer();  // Commits what was read, then ends.

    [[nodiscard]] const IndexerCounters& counters() const { return counters_; }

private:
    void run(const std::stop_token& stop);
    // False: there was nothing new.
    bool follow(const std::stop_token& stop);
    Result<void> rebuild(const std::stop_token& stop);
    Result<void> read_group(GroupId gid, const store::HeadRow& head, const std::stop_token& stop);
    Result<void> read_row(const store::FeedRow& row);
    Result<void> read_range(GroupId gid, Seq from, Seq to);
    void take(GroupId gid, const LogEntry& entry);
    void commit_if_due(bool now_or_never);

    store::Store& store_;
    WordIndex& index_;
    const Millis look_every_;
    Place place_;
    bool placed_{};
    std::uint64_t uncommitted_{};
    Time committed_at_{};
    IndexerCounters counters_{};
    std::jthread thread_;
};

}  // namespace stentor::search
