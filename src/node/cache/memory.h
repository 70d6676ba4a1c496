#pragma once
// What a node knows of one group: its head, and the newest entries that lead up to it.
//
// The entries are dense and end at the head, or there are none. Limits: kCacheEntries, kCacheBytes.

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "bus/bus.h"
#include "wire/log_entry.h"

namespace stentor::cache {

class Memory {
public:
    explicit Memory(GroupId gid) : gid_(gid) {}

    [[nodiscard]] GroupId gid() const { return gid_; }
    [[nodiscard]] bool loaded() const { return loaded_; }
    [[nodiscard]] Epoch epoch() const { return epoch_; }
    [[nodiscard]] Seq head() const { return head_; }
    [[nodiscard]] const Digest& digest() const { return digest_; }
    [[nodiscard]] Seq floor() const { return floor_; }

    // Takes everything from the view.
    void install(const bus::GroupView& view);
    // Another head; entries that lead up to it are not held.
    void leap(Seq head, const Digest& digest);
    // Only the epoch and a head are known any more; a view is wanted.
    void unload(Epoch epoch, Seq head);
    // entry.seq is head + 1.
    void append(const LogEntry& entry);
    // Replaces an entry that is held, by a higher revision.
    void replace(const LogEntry& entry);
    void raise_floor(Seq floor, const Digest& digest);
    // Of the entries that are held, whole.
    void set_tally(const pb::Tally& tally);
    [[nodiscard]] const pb::Tally* tally(Seq seq) const;

    // nullptr: not held, or above the head.
    [[nodiscard]] const LogEntry* find(Seq seq) const;
    // Of the log up to and including seq, where the entries held tell it.
    [[nodiscard]] std::optional<Digest> digest_at(Seq seq) const;
    // Entries of (after, head]; nothing when they are not all held.
    [[nodiscard]] std::optional<std::vector<LogEntry>> since(Seq after) const;
    // The newest ones above `floor`, at most count_max and one page by bytes.
    [[nodiscard]] std::vector<LogEntry> last(std::size_t count_max, Seq floor) const;

    std::uint64_t members = 0;
    pb::GroupSettings settings;

private:
    void drop_entries();
    void trim();

    GroupId gid_;
    bool loaded_ = false;
    Epoch epoch_;
    Seq head_;
    Digest digest_;
    Seq floor_;
    Digest floor_digest_;
    std::map<std::uint64_t, pb::Tally> tallies_;  // By seq; at most kCacheEntries.
    std::deque<LogEntry> newest_;
    Digest digest_before_;  // At newest_.front().seq - 1.
    std::size_t bytes_ = 0;
};

}  // namespace stentor::cache
