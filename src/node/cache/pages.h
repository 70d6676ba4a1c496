#pragma once
// Pages of older entries, least recently used ones leave first. A page starts where one of
// kRangeEntries would, at the group's floor, or where the one before it was cut short by its bytes.

#include <cstddef>
#include <list>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::cache {

struct PageKey {
    GroupId gid;
    Epoch epoch;
    Seq first;

    friend bool operator==(const PageKey&, const PageKey&) = default;
};

struct PageKeyHash {
    std::size_t operator()(const PageKey& key) const {
        return static_cast<std::size_t>(
            spread(key.gid.value ^ spread(key.epoch.value ^ spread(key.first.value))));
    }
};

struct Page {
    PageKey key;
    std::vector<LogEntry> entries;  // Dense, from key.first; not empty.
    Digest digest_before;           // At key.first - 1.
    std::vector<pb::Tally> tallies;

    [[nodiscard]] const LogEntry* find(Seq seq) const;
    [[nodiscard]] Digest digest_before_seq(Seq seq) const;  // seq lies within.
    void replace(const LogEntry& entry);
    void set_tally(const pb::Tally& tally);
    [[nodiscard]] const pb::Tally* tally(Seq seq) const;
};

class Pages {
public:
    // Where a page that holds `seq` starts, were there none yet; `floor`: of the group.
    struct Found {
        Page* page{};    // nullptr: not held,
        PageKey wanted;  // but this one would.
    };
    [[nodiscard]] Found find(GroupId gid, Epoch epoch, Seq seq, Seq floor);
    // The last seq that a page starting at `first` may hold.
    [[nodiscard]] static Seq end_of(Seq first);

    void add(Page page);
    void forget(GroupId gid);
    [[nodiscard]] std::size_t size() const { return by_key_.size(); }

private:
    std::list<Page> pages_;  // Most recently used first.
    std::unordered_map<PageKey, std::list<Page>::iterator, PageKeyHash> by_key_;
};

}  // namespace stentor::cache
