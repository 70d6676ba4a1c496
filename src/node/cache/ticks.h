#pragma once
// What a group's watchers are told now and then beside its entries: tallies, who is typing, the
// settings and the number of members. Merged, and told at a period that grows with the audience, so
// that it costs at most about a twentieth of what passes can write.
//
// Owner: the cache's Group. A tick that is replaced before it was written loses nothing in
// practice: each carries again what the one before it told.

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/encoded_push.h"
#include "base/ids.h"
#include "base/storm.h"
#include "base/time.h"
#include "node/cache/memory.h"
#include "wire/pb.h"

namespace stentor::cache {

class Ticks {
public:
    struct Due {
        SharedPush encoded;                          // nullptr: nothing is due.
        std::shared_ptr<const pb::Tallies> tallies;  // Its first message; nullptr: it tells none.
    };

    void on_tally(const pb::Tally& tally);
    void on_typing(UserId uid);
    void on_group_changed() { group_.fresh = true; }

    // Nothing is due when there is nothing to tell, or when it is too early. In a storm it is early
    // longer, and from kSlowing on nobody is told who types.
    [[nodiscard]] Due take(const Memory& memory, std::uint64_t audience, storm::Level level,
                           Time now);

private:
    [[nodiscard]] pb::Tallies tallies(Seq head);

    std::map<std::uint64_t, pb::Tally> fresh_;  // By seq; since the last tick.
    std::map<std::uint64_t, pb::Tally> told_;   // In the last one.
    std::vector<UserId> typing_;
    struct {
        bool fresh{};
        bool told{};
    } group_;
    Time next_;
};

}  // namespace stentor::cache
