#pragma once
// The rows of the record: what a store keeps, whatever its engine.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cmid.h"
#include "base/code.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"
#include "base/user_rate.h"
#include "store/moderation_row.h"
#include "wire/log_entry.h"
#include "wire/member_event.h"

namespace stentor::store {

// Where a history ended: what `epoch` held above `seq` was lost.
struct ForkPoint {
    Epoch epoch;
    Seq seq;

    friend bool operator==(const ForkPoint&, const ForkPoint&) = default;
};

// What a group is at its head.
struct HeadRow {
    Epoch epoch;
    Term term;                // Of the owner that wrote last; a smaller one is fenced.
    Seq seq;                  // Newest entry; 0 in an empty group.
    Digest digest;            // At seq.
    std::uint64_t ordinal{};  // Countable entries up to seq.
    Time time;                // Of the newest entry; kMovedClock says when the next may be older.
    Seq floor;                // Entries at or below are no longer kept.
    Digest floor_digest;      // At floor.
    std::uint32_t home{};     // Data centre.
    std::uint64_t members{};
    UserId creator;
    std::string settings;          // A serialized pb::GroupSettings.
    std::uint64_t version{};       // 1 when created, +1 with each commit: what commits compare.
    std::vector<ForkPoint> forks;  // Ascending; at most kForks, older ones are forgotten.

    friend bool operator==(const HeadRow&, const HeadRow&) = default;
};

// A group that is gone for good: its row stays, so that its number is never given again. No other
// group has neither members nor settings nor a creator.
[[nodiscard]] inline bool is_closed(const HeadRow& head) {
    return head.members == 0 && !head.creator && head.settings.empty();
}

enum class Role : std::uint8_t { none, member, admin, owner };  // Numbers as pb::Role.

struct MemberRow {
    UserId uid;
    Role role{Role::none};
    Seq floor;  // Sees nothing at or below.
    Seq read;
    Seq left;                 // Head when they left; 0 while they are a member.
    std::uint64_t version{};  // +1 with each change but `read`.
    Time joined;
    Time muted_until;
    bool muted_for_me{};
    bool banned{};
    bool pending{};  // Asked to join and waits for approval; role is none.
    bool blocked{};  // In a direct chat: takes nothing from the other.
    bool overlay{};  // Has hidden entries, notes or reactions here, so they must be looked for.
    Time put_out;    // When they were kicked last: an invite made before lets them in no more.

    friend bool operator==(const MemberRow&, const MemberRow&) = default;
};

// That a send was stored, found by its id.
struct SentRow {
    Cmid cmid;
    UserId uid;
    Seq seq;
    Digest body_hash;  // Tells a retry from another message under the same id.

    friend bool operator==(const SentRow&, const SentRow&) = default;
};

// One line of a user's own log. The store numbers it within the commit, under the user's lock: two
// groups that tell one user something at once get two numbers, both visible when they are given.
struct UserEvent {
    UserId uid;
    std::string entry;        // A serialized pb::UserLogEntry without its user_log_seq.
    std::vector<Seq> hidden;  // Entries of the commit's group that they deleted for themselves.
    bool note{};  // entry.note is kept to be shown after `anchor` in the commit's group.
    Seq anchor;

    friend bool operator==(const UserEvent&, const UserEvent&) = default;
};

struct NoteRow {
    std::uint64_t user_log_seq{};
    Seq anchor;
    std::string note;  // A serialized pb::Note.

    friend bool operator==(const NoteRow&, const NoteRow&) = default;
};

struct InviteRow {
    std::string code;  // Not to be guessed; what a link bears.
    UserId by;
    Time expires;
    std::optional<std::uint32_t>
        uses_left;  // None: no limit. A row with 0 is kept until it expires.
    Time made;
    std::uint32_t uses{};
    bool ended{};      // By an admin: lets nobody in any more.
    std::string name;  // What admins call it; may be empty.

    friend bool operator==(const InviteRow&, const InviteRow&) = default;
};

struct ReactionRow {
    UserId uid;
    Seq seq;
    std::string emoji;
    bool on{true};  // False takes it back.

    friend bool operator==(const ReactionRow&, const ReactionRow&) = default;
};

// All reactions to one entry, as sums.
struct TallyRow {
    Seq seq;
    std::vector<std::pair<std::string, std::uint64_t>> counts;  // None is 0.

    friend bool operator==(const TallyRow&, const TallyRow&) = default;
};

// How far a member has read, as their owner says.
struct ReadPosition {
    GroupId gid;
    UserId uid;
    Seq read;
    Term term;    // The owner's,
    Epoch epoch;  // and the group's when it was said.
};

// One group's next step: all of it or nothing.
struct Commit {
    GroupId gid;
    Term term;
    std::uint64_t expected{};       // The head's version before; 0: the group must not exist yet.
    HeadRow head;                   // After: `term`, and version expected + 1.
    std::vector<LogEntry> entries;  // Dense, from the seq after the former head's to head.seq.
    std::vector<SentRow> sent;
    std::vector<MemberRow> members;            // New or changed.
    std::vector<LogEntry> changed;             // Entries at or below the former head, replaced.
    std::vector<UserEvent> user_events;        // Of one user in this order.
    std::vector<InviteRow> invites;            // New or changed.
    std::vector<std::string> dropped_invites;  // Codes of rows that are kept no longer.
    // Users who come in with this commit, each once. Where one of them is a member of
    // kGroupsPerUser groups already, nothing is written and the outcome is a conflict: joins of
    // several groups at once meet nowhere else.
    std::vector<UserId> joining;
    std::vector<ReactionRow> reactions;
    std::vector<TallyRow> tallies;           // New or changed, whole.
    std::vector<MemberEvent> member_events;  // For the feed; nothing follows from them here.
    std::vector<ModerationRow> moderation;   // New; `number` is ignored (moderation.h).
    UserId unnamed;  // Erased: rows of moderation that are theirs lose their name and their words.
    // In a closed group (is_closed) rows of members and invites are dropped instead of written.
    // A head.floor above the former one drops the entries, tallies, reactions and hidden entries up
    // to it, and the notes anchored below it.
};

enum class Outcome : std::uint8_t {
    done,      // On disk.
    fenced,    // A later term wrote: this owner is none any more. Nothing was written.
    conflict,  // The head is not the expected one, or the rows do not continue it (verdict.h).
               // Nothing was written.
    aborted,   // Nothing was written, and nothing speaks against the same commit: try it again.
    unknown,   // Anything may have happened. Load the group again before answering anybody.
};

// Up to kRangeEntries entries in one consistent look, with the head it was read at.
struct EntryPage {
    std::vector<LogEntry> entries;  // Dense, ascending.
    Digest digest_before;           // At the first entry's seq - 1.
    HeadRow head;
};

// What an owner has of a group in its memory when it begins.
struct GroupStart {
    HeadRow head;
    std::vector<LogEntry> newest;   // Dense, at most kRing, ends at head.seq whatever their bytes.
    Digest digest_before;           // At newest.front().seq - 1; the head's when there are none.
    std::vector<SentRow> sent;      // As by sent_since(), at most kYoungIdsMax.
    std::vector<TallyRow> tallies;  // Of `newest`.
};

// One sign-in: where a token was given out. `minted` names the token.
struct SignIn {
    Time minted;
    std::string client;  // As its browser calls itself.
    std::string address;

    friend bool operator==(const SignIn&, const SignIn&) = default;
};

struct UserRow {
    UserId uid;
    std::string name;      // As shown.
    std::string name_key;  // Folded: unique.
    std::string password;  // argon2id, encoded; never sent anywhere.
    Time created;
    bool disabled{};    // May not sign in, nor use a token.
    Time tokens_since;  // Tokens minted before are void.
    bool erased{};      // Closed for good: the name is another one, what they wrote is recalled.
    std::vector<SignIn> sign_ins;    // The newest, at most kSignInsKept.
    std::vector<Time> ended_tokens;  // Signed out one by one, by `minted`; at most kEndedTokens.
    UserRate rate;                   // Of sends; at most kUserRates users have one.
    std::string picture;             // Its address (media/rules/stored_file.h); empty: none.

    friend bool operator==(const UserRow&, const UserRow&) = default;
};

// What a gate must know of an account that is not simply good, or has a rate of its own.
struct AccountState {
    UserId uid;
    bool closed{};  // Disabled or erased.
    Time tokens_since;
    std::vector<Time> ended_tokens;
    UserRate rate;

    friend bool operator==(const AccountState&, const AccountState&) = default;
};

// Changes of accounts' states in the order in which the store made them.
struct AccountChanges {
    struct Row {
        std::uint64_t number{};  // Ascending.
        AccountState state;      // As it is now.
    };
    std::vector<Row> rows;
    std::uint64_t head{};  // Number of the newest change.
};

// Who did what to whom, from where: for the operator.
struct AuditRow {
    std::uint64_t number{};
    Time time;
    std::string text;  // One JSON object.

    friend bool operator==(const AuditRow&, const AuditRow&) = default;
};

struct Membership {
    GroupId gid;
    MemberRow row;

    friend bool operator==(const Membership&, const Membership&) = default;
};

// Which of a group's people are asked for by name.
enum class Listed : std::uint8_t { members, waiting, banned, staff };  // Staff: admins and owners.

struct NamedMember {
    MemberRow row;
    std::string name;

    friend bool operator==(const NamedMember&, const NamedMember&) = default;
};

struct UserLogPage {
    // Serialized pb::UserLogEntry. Dense, but for a leap where the store's epoch was raised.
    std::vector<std::string> entries;
    std::uint64_t head{};
    bool reset{};  // `after` is older than what is kept, or of another history.
};

// One commit in the order in which the store made them all: what a feed is read by.
struct FeedRow {
    std::uint64_t number{};  // 1, 2, 3 ...
    GroupId gid;
    Seq first;  // Of the entries added; first > last: none.
    Seq last;
    std::vector<Seq> changed;
    std::vector<MemberEvent> members;

    friend bool operator==(const FeedRow&, const FeedRow&) = default;
};

struct FeedPage {
    std::vector<FeedRow> rows;
    std::uint64_t head{};
    std::uint64_t floor{};  // Rows at or below are no longer kept.
};

}  // namespace stentor::store
