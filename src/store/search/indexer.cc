#include "store/search/indexer.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>

#include "base/feed_number.h"
#include "base/give_way.h"
#include "base/limits.h"
#include "base/log.h"
#include "wire/pb.h"

namespace stentor::search {
namespace {

constexpr std::size_t kRowsPerLook = 256;
constexpr std::size_t kGroupsPerLook = 256;
constexpr std::uint64_t kEntriesPerCommit = 20'000;
constexpr Millis kCommitEvery{1'000};
constexpr Millis kAfterTrouble{5'000};

// What of an entry can be found; nothing of what was recalled, or is no post.
std::optional<std::string> words_of(const LogEntry& entry) {
    if (!entry.countable || entry.recalled) return std::nullopt;
    pb::Entry parsed;
    pb::Body body;
    if (!parsed.ParseFromString(*entry.bytes) || !body.ParseFromString(parsed.body())) {
        return std::nullopt;
    }
    std::string words = body.text();
    for (const pb::Attachment& attachment : body.attachments()) words += '\n' + attachment.name();
    return words;
}

}  // namespace

Indexer::Indexer(store::Store& store, WordIndex& index, Millis look_every)
    : store_{store},
      index_{index},
      look_every_{look_every},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

Indexer::~Indexer() = default;

void Indexer::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "indexer");
    give_way();
    std::mutex mutex;
    std::condition_variable_any wake;
    const auto rest = [&](Millis wait) {
        std::unique_lock lock{mutex};
        wake.wait_for(lock, stop, wait, [] { return false; });
    };
    while (!stop.stop_requested()) {
        try {
            if (!follow(stop)) rest(look_every_);
        } catch (const std::exception& error) {
            // The index is beside the record: a broken one is made again, and nobody else waits.
            log::error("indexing failed; the index is made again",
                       {{"place", place_.number}, {"why", error.what()}});
            placed_ = false;
            rest(kAfterTrouble);
        }
    }
    try {
        commit_if_due(true);
    } catch (const std::exception& error) {
        log::warn("the index was not committed at the end", {{"why", error.what()}});
    }
}

bool Indexer::follow(const std::stop_token& stop) {
    if (!placed_) {
        const auto place = index_.place();
        const auto epoch = store_.epoch();
        if (!epoch) return false;
        placed_ = place && place->epoch == *epoch;
        if (placed_) place_ = *place;
    }
    if (!placed_) {
        if (rebuild(stop)) return true;
        return false;
    }
    const auto page = store_.feed(place_.number, kRowsPerLook);
    const bool lost = !page && page.error().code == Code::epoch_changed;
    if (!page && !lost) return false;
    if (lost || page->floor > place_.number) {
        log::info("the search index is too old for the feed", {{"place", place_.number}});
        placed_ = false;
        return static_cast<bool>(rebuild(stop));
    }
    counters_.behind = feed_place(page->head) - feed_place(place_.number);
    for (const store::FeedRow& row : page->rows) {
        if (!read_row(row)) break;
        place_.number = row.number;
    }
    commit_if_due(false);
    return page->rows.size() == kRowsPerLook;
}

// The place in the feed is taken first: what is written while the logs are read is read again.
Result<void> Indexer::rebuild(const std::stop_token& stop) {
    const auto feed = store_.feed(0, 1);
    if (!feed) return std::unexpected(feed.error());
    const auto epoch = store_.epoch();
    if (!epoch) return std::unexpected(epoch.error());
    counters_.rebuilds.fetch_add(1, std::memory_order_relaxed);
    const Place place{.epoch = *epoch, .number = feed->head};
    log::info("making the search index from the logs");
    const Time start = now();
    index_.clear();
    uncommitted_ = 0;
    const std::uint64_t before = counters_.entries;
    for (GroupId after{};;) {
        const auto groups = store_.groups(after, kGroupsPerLook);
        if (!groups) return std::unexpected(groups.error());
        if (groups->empty()) break;
        for (const store::GroupLog::GroupHead& group : *groups) {
            const auto read = read_group(group.gid, group.head, stop);
            if (!read) return read;
            if (stop.stop_requested()) return {};
        }
        after = groups->back().gid;
    }
    place_ = place;
    placed_ = true;
    commit_if_due(true);
    log::info("the search index is made",
              {{"entries", counters_.entries - before}, {"took_ms", (now() - start).count()}});
    return {};
}

Result<void> Indexer::read_group(GroupId gid, const store::HeadRow& head,
                                 const std::stop_token& stop) {
    for (Seq from = head.floor + 1; from <= head.seq && !stop.stop_requested();) {
        const Seq to = std::min(head.seq, from + (limits::kRangeEntries - 1));
        const auto read = read_range(gid, from, to);
        if (!read) return read;
        from = to + 1;
        commit_if_due(false);
    }
    return {};
}

Result<void> Indexer::read_row(const store::FeedRow& row) {
    if (row.first <= row.last) {
        const auto read = read_range(row.gid, row.first, row.last);
        if (!read) return read;
    }
    for (const Seq seq : row.changed) {
        const auto read = read_range(row.gid, seq, seq);
        if (!read) return read;
    }
    return {};
}

Result<void> Indexer::read_range(GroupId gid, Seq from, Seq to) {
    while (from <= to) {
        const auto page = store_.entries(gid, from, to - from + 1);
        if (!page) {
            // Dropped since: it is above the floor that counts.
            if (page.error().code == Code::bad_range && from < to) {
                const auto head = store_.head(gid);
                if (!head) return std::unexpected(head.error());
                for (; from <= std::min(head->floor, to); ++from) index_.remove(gid, from);
                continue;
            }
            if (page.error().code == Code::bad_range) {
                index_.remove(gid, from);
                return {};
            }
            if (page.error().code == Code::not_found) return {};
            return std::unexpected(page.error());
        }
        if (page->entries.empty()) return {};
        for (const LogEntry& entry : page->entries) take(gid, entry);
        from = page->entries.back().seq + 1;
    }
    return {};
}

void Indexer::take(GroupId gid, const LogEntry& entry) {
    if (const auto words = words_of(entry)) {
        index_.put(gid, entry.seq, entry.sender, *words);
    } else if (entry.revision > 0) {
        index_.remove(gid, entry.seq);
    }
    ++uncommitted_;
    counters_.entries.fetch_add(1, std::memory_order_relaxed);
}

void Indexer::commit_if_due(bool now_or_never) {
    const bool full = uncommitted_ >= kEntriesPerCommit;
    const bool due = placed_ && now() >= committed_at_ + kCommitEvery;
    if (!now_or_never && !full && !due) return;
    if (uncommitted_ == 0 && index_.place() == (placed_ ? std::optional{place_} : std::nullopt)) {
        return;
    }
    index_.commit(placed_ ? std::optional{place_} : std::nullopt);
    uncommitted_ = 0;
    committed_at_ = now();
}

}  // namespace stentor::search
