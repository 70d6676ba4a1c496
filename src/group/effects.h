#pragma once
// What the pure part of a group asks of the shell around it. Every call is made from inside an
// on_* of Partition, on its thread; none may call back into it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/cmid.h"
#include "base/code.h"
#include "base/digest.h"
#include "base/ids.h"
#include "bus/bus.h"
#include "store/store.h"

namespace stentor::group {

// ---- What may be missing in memory

struct LoadGroup {};  // store::GroupLog::load_group, with the sends of the last kYoungIds.
struct LoadMember {
    UserId uid;
};
struct LoadSent {
    UserId uid;
    Cmid cmid;
};
struct LoadOlder {  // Up to kRangeEntries entries that end at `to`, for the unread count of `ask`.
    Seq to;
    std::uint64_t ask{};
};
struct LoadHidden {  // What `uid` hid of the entries from `from` to `to`, for the answer to `ask`.
    UserId uid;
    Seq from;
    Seq to;
    std::uint64_t ask{};
};

// For the command at the front of this user's queue, which goes on when it is here.
struct EntryAt {
    Seq seq;
};
struct MemberOf {  // Another member, whom the command is about.
    UserId uid;
};
// Those who may own the group when `leaving` does not any more: its admins whose accounts are good;
// where there is none, the member who is in it longest among kHeirRows rows.
struct HeirOf {
    UserId leaving;
};
struct InvitesOf {};  // All rows of invites.
struct PageTo {       // Up to kRangeEntries entries that end there.
    Seq seq;
};
struct ModerationOf {};  // All rows of the moderation log, newest first.
struct OwnersOf {};  // Those members whose role it is: one, or none in a group of the server's own.
struct AccountOf {
    UserId uid;
};
struct Entrance {  // Whether somebody may come in.
    std::string invite;
    UserId of;    // Whose groups are counted.
    UserId with;  // Whose account is looked for; 0: nobody's.
};
struct ReactionsTo {  // Those of the user themselves, beside the sums and the entry.
    Seq seq;
};
struct WrittenText {
    std::string_view field;
    std::string text;
};
struct VerdictOn {                   // The outside filter's, on what the user brings before people.
    std::string_view kind;           // See words.h.
    std::string_view field;          // That a refusal names.
    Cmid cmid;                       // A message's.
    std::string body;                // A message's or an edit's: a serialized pb::Body.
    std::vector<WrittenText> texts;  // Anything else's, none of them empty.
};
struct LoadFor {
    UserId uid;
    std::variant<EntryAt, PageTo, MemberOf, OwnersOf, HeirOf, InvitesOf, ModerationOf, AccountOf,
                 Entrance, ReactionsTo, VerdictOn>
        what;
    std::uint64_t asked_at{};  // The group's own: see LookUps.
};

struct LoadFloor {  // The entry below which retention drops all: the later one of the two.
    Seq at_least;
    Time before;  // Of entries written before; 0: it does not matter when.
};
struct LoadReaders {  // The kReadersPage member rows after this one, in the order of uid.
    UserId after;
};

struct LoadStaff {};  // Admins and the owner: the first kReadersPage.

struct LoadRest {};  // What a closed group still has: up to kReadersPage rows of each kind.

inline constexpr std::size_t kSweepRows = 500;
struct LoadReactions {  // About kSweepRows that are to be taken away (sweeps.h).
    Seq seq;
    UserId of;                 // Theirs, to entries from `seq` on; 0: everybody's to `seq`,
    UserId after;              // of users after this one.
    std::uint64_t asked_at{};  // As in LoadFor.
};

using LoadWhat = std::variant<LoadGroup, LoadMember, LoadSent, LoadOlder, LoadHidden, LoadFor,
                              LoadReaders, LoadFloor, LoadStaff, LoadRest, LoadReactions>;

// Answered by one on_loaded with the same `load`.
struct Load {
    GroupId gid;
    std::uint64_t generation{};  // Of the group's memory: what was asked for before it was dropped
                                 // is ignored when it comes.
    Term term{};                 // Of the tenure that asks: likewise when another one has begun.
    LoadWhat what;
};

struct LoadedGroup : store::GroupStart {
    Time sent_since;  // Every one whose cmid was made then or later is in `sent`.
};

struct LoadedEntrance {
    std::size_t groups{};  // That they are in; counted up to kGroupsPerUser.
    std::optional<store::InviteRow> invite;
    std::optional<store::MemberRow> maker;  // Who made the invite, here;
    bool maker_closed{};                    // and whether their account is disabled or erased.
    std::optional<store::UserRow> account;  // Of Entrance::with.
};

struct LoadedRest {
    std::vector<store::MemberRow> members;
    std::vector<store::InviteRow> invites;
};

struct LoadedReactions {
    std::optional<LogEntry> entry;
    std::vector<store::ReactionRow> mine;
    store::TallyRow tally;
};

struct LoadedSweep {
    std::vector<store::ReactionRow> rows;
    std::vector<store::TallyRow> tallies;  // Of the entries that they are on.
    bool more{};
    UserId after{};  // Where the next page begins.
    Seq next{};
};

struct Verdict {
    bool allow{true};
    std::string reason;  // For the sender.
    std::string rule;
};

using Found =
    std::variant<LoadedGroup, std::optional<store::MemberRow>, std::optional<store::SentRow>,
                 std::vector<LogEntry>, std::vector<Seq>, std::optional<LogEntry>,
                 std::optional<store::UserRow>, LoadedEntrance, LoadedReactions, Verdict,
                 std::vector<store::MemberRow>, std::vector<store::InviteRow>,
                 std::vector<store::ModerationRow>, LoadedRest, LoadedSweep>;

// What was found, if it is a T.
template <class T>
[[nodiscard]] const T* found_as(const std::optional<Found>& found) {
    return found ? std::get_if<T>(&*found) : nullptr;
}

struct Loaded {
    Load load;
    Result<Found> found;
};

// What became of a commit: whose it was, and which of them.
struct Committed {
    GroupId gid;
    Term term;
    std::uint64_t version{};  // Of the head that it writes.
    store::Outcome outcome{};
};

[[nodiscard]] inline Committed committed(const store::Commit& commit, store::Outcome outcome) {
    return {
        .gid = commit.gid, .term = commit.term, .version = commit.head.version, .outcome = outcome};
}

class GroupPort {
public:
    GroupPort() = default;
    GroupPort(const GroupPort&) = delete;
    GroupPort& operator=(const GroupPort&) = delete;
    virtual ~GroupPort() = default;

    virtual void load(Load load) = 0;
    // Answered by one on_committed; until then no other commit of that group is made.
    virtual void commit(store::Commit commit) = 0;
    // Read positions need no answer: a lost one is reported again.
    virtual void advance_read(store::Members::ReadPosition position) = 0;

    virtual void answer(const bus::ReplyTo& to, pb::ServerFrame frame) = 0;
    virtual void answer_open(std::uint64_t ask, Result<bus::OpenAnswer> answer) = 0;
    // To every node on the group's route, in the order of these calls.
    virtual void publish(bus::GroupItem item) = 0;
    // HeadMoved and GroupMoved: to every node. The others: to the nodes on the user's route.
    virtual void nudge(bus::Nudge nudge) = 0;
};

}  // namespace stentor::group
