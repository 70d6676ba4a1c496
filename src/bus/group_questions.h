#pragma once
// What nodes ask of a group's owner to show it, and the answers: who somebody is there, what is
// there, and what became of it since.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::bus {

// What one member is in a group, as its owner knows it.
struct MemberView {
    pb::Role role{pb::ROLE_NONE};
    Seq floor;
    Seq read;
    std::uint32_t unread{};  // Up to kUnreadCap.
    std::uint64_t version{};
    Time muted_until;
    bool muted_for_me{};
    bool blocked{};  // In a direct chat: takes nothing from the other.
    bool overlay{};  // Has hidden entries, notes or reactions here: AskMine tells which.
};

// Where a history ended: what `epoch` held above `seq` was lost.
struct ForkPoint {
    Epoch epoch;
    Seq seq;
};

// The versions of a group (store::HeadRow.version) of which an answer is true: between them nothing
// was done that shows.
struct Versions {
    std::uint64_t from{};
    std::uint64_t to{};
};

// A group as its owner knows it.
struct GroupView {
    GroupId gid;
    Epoch epoch;
    Seq head;
    Digest digest;  // At head.
    Seq floor;
    Digest floor_digest;
    std::uint64_t ordinal{};
    std::uint64_t members{};
    pb::GroupSettings settings;
    std::vector<LogEntry> newest;    // Dense, ends at head; at most kRing.
    Digest digest_before;            // At newest.front().seq - 1, or at head when newest is empty.
    std::vector<pb::Tally> tallies;  // Of the newest entries that have any.
    std::vector<ForkPoint> forks;    // Ascending.
};

struct AskOpen {  // Who am I there, and what is there?
    GroupId gid;
    UserId uid;
    bool with_view{};  // The asker has no GroupView yet.
};
struct OpenAnswer {
    MemberView member;
    std::optional<GroupView> view;
    Seq head;
    std::optional<LogEntry> last;  // The entry at head.
    Epoch epoch;
    Term term;  // Of the owner who answers; one that has been replaced is not believed.
    Versions versions;
};
struct AskEntries {  // A page of history.
    GroupId gid;
    Seq from;
    std::uint32_t count{};
};
struct EntriesAnswer {
    std::vector<LogEntry> entries;
    Digest digest_before;
    Epoch epoch;
    Seq head;  // At which it was read.
    Seq floor;
    Digest floor_digest;
    std::vector<pb::Tally> tallies;
    std::uint64_t version{};  // As `head`.
};
// `read` and `unread` are not told.
struct Stay {
    UserId uid;
    MemberView member;  // ROLE_NONE: gone.
};
struct AskChanges {  // What the commits after version `since` have done; entries after `after`.
    GroupId gid;
    std::uint64_t since{};
    Seq after;
};
struct GroupChanged {  // Settings or the floor.
    pb::GroupSettings settings;
    std::uint64_t members{};
    Seq floor;  // Entries at or below are no longer kept; 0: it has not moved.
    Digest floor_digest;
};
struct ChangesAnswer {
    Epoch epoch;
    std::uint64_t version{};  // At which it was read.
    // More was missed than can be told: each watcher must be asked about.
    bool reset{};
    Seq head;
    Digest digest;  // At head.
    GroupChanged group;
    std::vector<LogEntry> entries;   // Dense, a page at most; from behind the floor where it is
                                     // above `after`.
    std::vector<pb::Tally> tallies;  // Of those.
    std::vector<LogEntry> changed;   // As they are now.
    std::vector<Stay> rows;          // Of members that were changed, as they are now.
};
struct AskStays {  // Whether they are still members; kStaysPerAsk at most.
    GroupId gid;
    std::vector<UserId> uids;
};
struct StaysAnswer {
    Epoch epoch;
    std::uint64_t version{};  // Of this one or a later one.
    std::vector<Stay> rows;   // One whose membership needs no row is left out.
};

}  // namespace stentor::bus
