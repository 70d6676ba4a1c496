#pragma once
// The port to the record. Everything acknowledged is here; everything else can be lost.
//
// Thread: any; calls block, so only committers, loaders and start-up make them. Engines:
// memory/ (tests), rocks/ (embedded), mysql/ (cluster). store/conformance.h holds what every
// engine must pass.
//
// What asks for many rows at once has an answer here, row by row; an engine that has a faster way
// brings its own.
//
// Errors: store_unavailable for a failed read. After a failed sync an engine refuses everything
// for good: commits are `unknown`, all else is store_unavailable, because what the disk holds is
// then unknown until the process starts again.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "store/rows.h"

namespace stentor::store {

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
    // term is fenced. The store's epoch is written as well where it is the larger, and the head
    // then notes where the former history ends. not_found: no such group. owner_moved: it holds a
    // larger term.
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
    // One for each key.
    struct MemberKey {
        GroupId gid;
        UserId uid;
    };
    [[nodiscard]] virtual Result<std::vector<std::optional<MemberRow>>> member_rows(
        std::span<const MemberKey> keys);
    // In the order of uid, after `after`; at most count_max. Those who left are among them.
    [[nodiscard]] virtual Result<std::vector<MemberRow>> members(GroupId gid, UserId after,
                                                                 std::size_t count_max) = 0;
    // Everything `uid` is a member of now, in the order of gid; at most count_max.
    [[nodiscard]] virtual Result<std::vector<Membership>> memberships(UserId uid,
                                                                      std::size_t count_max) = 0;
    // Their groups alone: one list for each user, each with at most count_max.
    [[nodiscard]] virtual Result<std::vector<std::vector<GroupId>>> group_lists(
        std::span<const UserId> uids, std::size_t count_max);
    // Read positions: moves forward only, needs no sync, nothing else of the row changes. A row
    // that does not exist is passed over.
    struct ReadPosition {
        GroupId gid;
        UserId uid;
        Seq read;
    };
    virtual Result<void> advance_read(std::span<const ReadPosition> positions) = 0;

    // Those `whom` names (members now, who waits for approval, who is banned) whose folded name
    // starts with `prefix`, in the order of (name_key, uid), after `after`; at most count_max.
    struct NamePlace {
        std::string name_key;
        UserId uid;
    };
    [[nodiscard]] virtual Result<std::vector<NamedMember>> members_by_name(
        GroupId gid, std::string_view prefix, const NamePlace& after, Listed whom,
        std::size_t count_max) = 0;

    // ---- What one member added, took away or was told, beside the log

    [[nodiscard]] virtual Result<std::optional<InviteRow>> invite(GroupId gid,
                                                                  std::string_view code) = 0;
    // Of the group, also those that are over; in the order of codes, after `after_code`.
    [[nodiscard]] virtual Result<std::vector<InviteRow>> invites(GroupId gid,
                                                                 std::string_view after_code,
                                                                 std::size_t count_max) = 0;
    // Who reacted to the entry with `emoji` (empty: with any); by uid, then emoji, after `after`.
    // The rows of one user stay together, so there may be a few more than count_max. Costs a look
    // at every reaction of those users to the neighbouring entries.
    [[nodiscard]] virtual Result<std::vector<ReactionRow>> reactions_to(GroupId gid, Seq seq,
                                                                        std::string_view emoji,
                                                                        UserId after,
                                                                        std::size_t count_max) = 0;
    // Of `uid` to the entries from `from` to `to`, both included; by seq, then emoji.
    [[nodiscard]] virtual Result<std::vector<ReactionRow>> reactions_of(GroupId gid, UserId uid,
                                                                        Seq from, Seq to) = 0;
    // Ascending; entries without reactions are left out.
    [[nodiscard]] virtual Result<std::vector<TallyRow>> tallies(GroupId gid, Seq from, Seq to) = 0;
    // Ascending.
    [[nodiscard]] virtual Result<std::vector<Seq>> hidden(GroupId gid, UserId uid, Seq from,
                                                          Seq to) = 0;
    // Anchored from `from` to `to`, by (anchor, user_log_seq); at most kNotesPerPage, the newest.
    [[nodiscard]] virtual Result<std::vector<NoteRow>> notes(GroupId gid, UserId uid, Seq from,
                                                             Seq to) = 0;
    // Entries above `after`, at most count_max, which is moved into 1 to kUserLogPage. The newest
    // kUserLog of a user are kept; `after` must name one of them, or be 0 while the first one is
    // kept: else the page is a reset, without entries, and the reader goes on from its head.
    [[nodiscard]] virtual Result<UserLogPage> user_log(UserId uid, std::uint64_t after,
                                                       std::size_t count_max) = 0;
    // What user_log() tells as `head`, one for each user.
    [[nodiscard]] virtual Result<std::vector<std::uint64_t>> user_log_heads(
        std::span<const UserId> uids);

    // ---- All of it, in order

    // Heads of all groups in the order of gid, after `after`.
    struct GroupHead {
        GroupId gid;
        HeadRow head;
    };
    [[nodiscard]] virtual Result<std::vector<GroupHead>> groups(GroupId after,
                                                                std::size_t count_max) = 0;
    // Rows above `after`, or above the floor. Numbers (base/feed_number.h) are never given twice.
    // epoch_changed: `after` is above the floor and no row's; its limit is the row's below it.
    [[nodiscard]] virtual Result<FeedPage> feed(std::uint64_t after, std::size_t count_max) = 0;
    // Forgets rows whose number is at or below `number`.
    virtual Result<void> forget_feed(std::uint64_t number) = 0;

    // ---- Users

    // name_taken: name_key or uid exists.
    virtual Result<void> add_user(const UserRow& user) = 0;
    [[nodiscard]] virtual Result<std::optional<UserRow>> user(UserId uid) = 0;
    // One for each.
    [[nodiscard]] virtual Result<std::vector<std::optional<UserRow>>> user_rows(
        std::span<const UserId> uids);
    [[nodiscard]] virtual Result<std::optional<UserRow>> user_by_name(
        std::string_view name_key) = 0;
    // Everything but the name and `created` of a user that exists; not_found. Of one that is erased
    // the name as well: the former one is free then, also where groups list them. An erased account
    // stays one. name_taken: the new name is somebody else's.
    virtual Result<void> change_user(const UserRow& user) = 0;
    // States of accounts that changed after the change `after`, each account once, at its newest
    // change; ascending, at most count_max. A change that leaves the state as it was is none, nor
    // is an account that is added and simply good. Numbers are above all of a lost history.
    [[nodiscard]] virtual Result<AccountChanges> account_changes(std::uint64_t after,
                                                                 std::size_t count_max) = 0;
    // In the order of name_key, those that start with `prefix`, after `after_key`; an empty one is
    // before all.
    [[nodiscard]] virtual Result<std::vector<UserRow>> users_by_name(std::string_view prefix,
                                                                     std::string_view after_key,
                                                                     std::size_t count_max) = 0;

    // ---- Who did what to whom

    // Rows are numbered by the store; `number` is ignored.
    virtual Result<void> add_audit(std::span<const AuditRow> rows) = 0;
    // Newest first, those below `before` (0: from the newest on).
    [[nodiscard]] virtual Result<std::vector<AuditRow>> audit(std::uint64_t before,
                                                              std::size_t count_max) = 0;
    // The oldest ones, up to the first that is not older.
    virtual Result<void> forget_audit_before(Time time) = 0;

    // ---- Small things by name: keys of the API, places in the feed. Names are "part/name".

    [[nodiscard]] virtual Result<std::optional<std::string>> setting(std::string_view name) = 0;
    // Without a value it is forgotten. bad_field: no name, or a value above kSettingBytes.
    virtual Result<void> set_setting(std::string_view name,
                                     std::optional<std::string_view> value) = 0;
    struct Setting {
        std::string name;
        std::string value;
    };
    // In the order of names.
    [[nodiscard]] virtual Result<std::vector<Setting>> settings(std::string_view prefix) = 0;

    // ---- The store itself

    // Of this store's history: the epoch of groups made from now on, and the least epoch of all.
    [[nodiscard]] virtual Epoch epoch() = 0;
    // After a restore: a larger epoch, durable before it is returned; the next one, or `least`
    // where that is larger. Groups take it, and note their fork point, when they are next loaded
    // (take_head); user logs go on above every number that may have been given.
    virtual Result<Epoch> raise_epoch(Epoch least) = 0;
    // A term larger than any that was ever handed out, durable before it is returned.
    [[nodiscard]] virtual Result<Term> next_term() = 0;
};

}  // namespace stentor::store
