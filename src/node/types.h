#pragma once
// What the parts of a node hand to each other: the cache to the fan-out and to sessions, sessions
// to the cache and to seats. The parts know these types, and not one another.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/digest.h"
#include "base/encoded_push.h"
#include "base/ids.h"
#include "base/storm.h"
#include "base/time.h"

namespace stentor::v1 {
class Tallies;
}

namespace stentor::node {

using ShardIndex = std::uint32_t;  // ConnectionToken::shard.

// The place of a seat in its audience; it changes when another seat leaves.
using SeatIndex = std::uint32_t;
inline constexpr SeatIndex kNoSeat = 0xffffffff;

// In this order within a pass.
enum class Lane : std::uint8_t {
    control,  // Changed. One about an entry that is itself pending follows that entry instead.
    entries,  // Batch.
    ticks,    // Tallies, typing: the newest of a group replaces the one before.
};

// For all who watch `gid`.
struct Push {
    GroupId gid;
    Epoch epoch;
    Lane lane{Lane::entries};
    // entries: of the Batch. control: first == last == the entry changed. ticks: last is the head.
    Seq first;
    Seq last;
    SharedPush encoded;
    // entries: what stands in the Batch beside them, for whoever joins it with others.
    Digest digest;
    storm::Level level{};
    std::size_t entries_size{};  // Bytes of theirs, at the payload's end.
    // ticks: the first message, if it is of tallies; ascending.
    std::shared_ptr<const v1::Tallies> tallies;
    Time at{};  // When the hub handed it on.
};

// What comes with an Opened, beside its payload.
struct OpenResult {
    GroupId gid;
    Epoch epoch;
    Seq floor;    // Of the member.
    Seq reached;  // max(head, floor): the client holds everything up to here once it has read it.
    Seq head;
    std::uint64_t version{};  // Of the member's row.
    bool overlay{};           // They have hidden entries, notes or reactions there.
    std::uint64_t ticket{};   // Grows with each Opened of this node.
};

// What a member may read of a group.
struct ReadRights {
    Seq floor;       // Nothing at or below.
    UserId mine_of;  // Their hidden entries, notes and reactions are asked for; 0: they have none.
};

}  // namespace stentor::node
