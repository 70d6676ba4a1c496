#pragma once
// The port to the record. Everything acknowledged is here; everything else can be lost.
//
// Thread: any; calls block, so only committers, loaders and start-up make them. Engines:
// memory/ (tests), rocks/ (embedded), mysql/ (cluster). store/conformance.h holds what every
// engine must pass.
//
// Errors: store_unavailable for a failed read. After a failed sync an engine refuses everything
// for good: commits are `unknown`, all else is store_unavailable, because what the disk holds is
// then unknown until the process starts again.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cmid.h"
#include "base/code.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"
#include "wire/log_entry.h"

namespace stentor::store {

// What a group is at its head.
struct HeadRow {
    Epoch epoch;
    Term term;                // Of the owner that wrote last; a smaller one is fenced.
    Seq seq;                  // Newest entry; 0 in an empty group.
    Digest digest;            // At seq.
    std::uint64_t ordinal{};  // Countable entries up to seq.
    Time time;                // Of the newest entry; the next is never older.
    Seq floor;                // Entries at or below are no longer kept.
    Digest floor_digest;      // At floor.
    std::uint32_t home{};     // Data centre.
    std::uint64_t members{};
    UserId creator;
    std::string settings;     // A serialized pb::GroupSettings.
    std::uint64_t version{};  // 1 when created, +1 with each commit: what commits compare.

    friend bool operator==(const HeadRow&, const HeadRow&) = default;
};

enum class Role : std::uint8_t { none, member, admin, owner };  // Numbers as pb::Role.

struct MemberRow {
    UserId uid;
    Role role{Role::none};
    Seq floor;  // Sees nothing at or below.
    Seq read;
    Seq left;                 // Head when he left; 0 while he is a member.
    std::uint64_t version{};  // +1 with each change but `read`.
    Time joined;
    Time muted_until;
    bool muted_for_me{};
    bool banned{};

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

// One group's next step: all of it or nothing.
struct Commit {
    GroupId gid;
    Term term;
    std::uint64_t expected{};       // The head's version before; 0: the group must not exist yet.
    HeadRow head;                   // After: `term`, and version expected + 1.
    std::vector<LogEntry> entries;  // Dense, from the seq after the former head's to head.seq.
    std::vector<SentRow> sent;
    std::vector<MemberRow> members;  // New or changed.
    std::vector<LogEntry> changed;   // Entries at or below the former head, replaced.
};

enum class Outcome : std::uint8_t {
    done,      // On disk.
    fenced,    // A later term wrote: this owner is none any more. Nothing was written.
    conflict,  // The head is not the expected one, or the rows do not continue it (verdict.h).
               // Nothing was written.
    unknown,   // Anything may have happened. Load the group again before answering anybody.
};

// Up to kRangeEntries entries in one consistent look, with the head it was read at.
struct EntryPage {
    std::vector<LogEntry> entries;  // Dense, ascending.
    Digest digest_before;           // At the first entry's seq - 1.
    HeadRow head;
};

struct UserRow {
    UserId uid;
    std::string name;      // As shown.
    std::string name_key;  // Folded: unique.
    std::string password;  // argon2id, encoded; never sent anywhere.
    Time created;

    friend bool operator==(const UserRow&, const UserRow&) = default;
};

struct Membership {
    GroupId gid;
    MemberRow row;

    friend bool operator==(const Membership&, const Membership&) = default;
};

class Store {
public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;

    // ---- Groups

    // Compares and writes each commit on its own; one sync for all. Two commits of one group may
    // not stand in one call. Result: one outcome each, in order.
    [[nodiscard]] virtual std::vector<Outcome> commit(std::span<const Commit> commits) = 0;

    // The head, after writing `term` into it when it holds a smaller one; from then on a smaller
    // term is fenced. not_found: no such group. owner_moved: it holds a larger term.
    [[nodiscard]] virtual Result<HeadRow> take_head(GroupId gid, Term term) = 0;
    // The head without taking it. not_found.
    [[nodiscard]] virtual Result<HeadRow> head(GroupId gid) = 0;

    // Entries from `from` on, at most `count_max` and kRangeBytes, at least one where there is one.
    // A `count_max` beyond 1 to kRangeEntries is moved into it. Past the head the page is empty and
    // digest_before is the head's. bad_range: `from` is at or below the group's floor. not_found.
    [[nodiscard]] virtual Result<EntryPage> entries(GroupId gid, Seq from,
                                                    std::size_t count_max) = 0;
    // seq of the first kept entry whose time is at or after `time`; head + 1 when there is none.
    // not_found.
    [[nodiscard]] virtual Result<Seq> first_at(GroupId gid, Time time) = 0;

    [[nodiscard]] virtual Result<std::optional<SentRow>> sent(GroupId gid, UserId uid,
                                                              Cmid cmid) = 0;
    // Those whose cmid was made at or after `since`, in no order, at most `count_max`, newest first
    // when there are more.
    [[nodiscard]] virtual Result<std::vector<SentRow>> sent_since(GroupId gid, Time since,
                                                                  std::size_t count_max) = 0;
    // Forgets sends whose cmid was made before `time`; may keep up to a day more.
    virtual Result<void> forget_sent_before(Time time) = 0;

    // ---- Members

    [[nodiscard]] virtual Result<std::optional<MemberRow>> member(GroupId gid, UserId uid) = 0;
    // In the order of uid, after `after`; at most count_max. Those who left are among them.
    [[nodiscard]] virtual Result<std::vector<MemberRow>> members(GroupId gid, UserId after,
                                                                 std::size_t count_max) = 0;
    // Everything `uid` is a member of now, in the order of gid; at most count_max.
    [[nodiscard]] virtual Result<std::vector<Membership>> memberships(UserId uid,
                                                                      std::size_t count_max) = 0;
    // Read positions: moves forward only, needs no sync, nothing else of the row changes. A row
    // that does not exist is passed over.
    struct ReadPosition {
        GroupId gid;
        UserId uid;
        Seq read;
    };
    virtual Result<void> advance_read(std::span<const ReadPosition> positions) = 0;

    // ---- Users

    // name_taken: name_key or uid exists.
    virtual Result<void> add_user(const UserRow& user) = 0;
    [[nodiscard]] virtual Result<std::optional<UserRow>> user(UserId uid) = 0;
    [[nodiscard]] virtual Result<std::optional<UserRow>> user_by_name(
        std::string_view name_key) = 0;

    // ---- The store itself

    // Of this store's history: the epoch of groups made from now on, and the least epoch of all.
    [[nodiscard]] virtual Epoch epoch() = 0;
    // A term larger than any that was ever handed out, durable before it is returned.
    [[nodiscard]] virtual Result<Term> next_term() = 0;
};

}  // namespace stentor::store
