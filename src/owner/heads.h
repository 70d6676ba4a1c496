#pragma once
// The newest entry of each group, as far as somebody asked lately: what a list of 2,000 groups is
// sorted by without 2,000 reads.
//
// Thread: any; the committer tells what it wrote, loaders look up and fill in. Cost: 40 bytes a
// place, four places a bucket, one bucket looked at. Limits: kHeadsKept; a full bucket gives up its
// quietest group, which is then read from the store again.

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "store/store.h"

namespace stentor::owner {

struct Head {
    GroupId gid;
    Seq seq;
    Time time;
    Seq floor;
    // Who wrote the newest entries, and how many in a row, as far as it was seen: what he wrote
    // himself is not unread to him. 0: not known.
    std::uint64_t last_sender : 53 {};
    std::uint64_t run : 11 {};

    // Nothing above `cursor` can count for `uid`.
    [[nodiscard]] bool nothing_new(UserId uid, Seq cursor) const {
        return seq <= cursor || (last_sender == uid.value && seq - cursor <= run);
    }
};

class Heads {
public:
    explicit Heads(std::size_t places_max);

    // Those not known are nothing.
    void find(std::span<const GroupId> gids, std::vector<std::optional<Head>>& heads);
    // As read from the store, perhaps a while ago: never takes a newer one's place.
    void fill(GroupId gid, const store::HeadRow& row);
    void on_committed(const store::Commit& commit);
    // Nobody knows what the store has now.
    void forget(GroupId gid);

    [[nodiscard]] std::size_t size() const;

private:
    static constexpr std::size_t kBucket = 4;

    [[nodiscard]] std::span<Head> bucket(GroupId gid);
    [[nodiscard]] Head* place_of(GroupId gid);
    void put(const Head& head);
    void grow();

    mutable std::mutex mutex_;
    std::size_t places_max_;
    std::size_t used_{};
    std::vector<Head> places_;
};

}  // namespace stentor::owner
