#pragma once
// The newest entry of each group, as far as somebody asked lately: what a list of 2,000 groups is
// sorted by without 2,000 reads.
//
// Thread: any; the committer tells what it wrote, loaders look up and fill in. Cost: 40 bytes a
// place and 50 to 75 a group; two buckets of eight places looked at. It grows by stripes, each
// under a lock of its own, so that nobody waits for a million groups to move. Limits: kHeadsKept;
// where both buckets are full the quietest group of them gives way, and is then read from the store
// again.

#include <array>
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
    // Who wrote the newest entries, and how many in a row, as far as it was seen: what they wrote
    // themselves is not unread to them. 0: not known.
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
    // A group may stand in either of two buckets; a new one takes the emptier. So buckets fill so
    // evenly that at four fifths hardly any is full, where with one choice every fifteenth is.
    class Stripe {
    public:
        [[nodiscard]] Head* find(GroupId gid);
        void put(const Head& head, std::size_t places_max);
        void forget(GroupId gid);

        mutable std::mutex mutex;
        std::size_t used{};

    private:
        static constexpr std::size_t kBucket = 8;
        static constexpr std::size_t kPlacesFirst = 32 * kBucket;  // Fewer would not fill evenly.

        [[nodiscard]] std::array<std::span<Head>, 2> buckets(GroupId gid);
        [[nodiscard]] Head& room_for(GroupId gid);
        void put_new(const Head& head);
        void grow(std::size_t places_max);

        std::vector<Head> places_ = std::vector<Head>(kPlacesFirst);
    };
    [[nodiscard]] Stripe& stripe_of(GroupId gid);

    std::vector<Stripe> stripes_;
    std::size_t places_max_;  // Of a stripe.
};

}  // namespace stentor::owner
