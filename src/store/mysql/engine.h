#pragma once
// The engine behind open_mysql(), a class for the tables of each duty. Only this folder includes
// it.
//
// Locks, in the order in which a transaction takes them:
//   heads      FOR UPDATE, by (p, gid): whoever holds one writes alone to all rows of its group
//   accounts   FOR UPDATE, by (u, uid): their names stand in lists of groups, and who joins is
//              counted under them
//   user_log_head   FOR UPDATE, by (u, uid): a user's lines are numbered under it
//   counter    FOR UPDATE, by name, last of all
// Readers take none: what is read by several statements is read in a snapshot.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/mysql/session.h"
#include "store/store.h"

namespace stentor::store::mysql {

// A number of a group, or of a user, that its rows begin with.
[[nodiscard]] inline std::uint32_t p_of(GroupId gid) { return partition_of(gid).value; }
[[nodiscard]] inline std::uint32_t u_of(UserId uid) { return partition_of(uid).value; }

// The greatest name that begins with `prefix` is below this: names are UTF-8, which has no 0xff.
[[nodiscard]] inline std::string end_of(std::string_view prefix) {
    return std::string{prefix} + '\xff';
}

[[nodiscard]] Epoch epoch_of(Session& session);
// Under its lock until the transaction ends.
[[nodiscard]] std::uint64_t locked_counter(Session& session, std::string_view name);
void set_counter(Session& session, std::string_view name, std::uint64_t number);

// Rows of many are written and read so many at once.
inline constexpr std::size_t kDroppedAtOnce = 1'000;
// Again and again until it drops fewer: a long transaction would hold its locks and its log.
[[nodiscard]] Result<void> drop_in_parts(Pool& pool, std::string_view what, const Values& values);

// From `from` on, which is above the floor of the page's head.
void read_page(Session& session, GroupId gid, Seq from, std::size_t count_max, EntryPage& page);
// As it is told; none where there is no such group.
[[nodiscard]] std::optional<HeadRow> read_head(Session& session, GroupId gid);
// Of columns seq, digest, bytes; none where it is damaged.
[[nodiscard]] std::optional<LogEntry> entry_of(Row& row);

class AccountTables : public Store {
public:
    explicit AccountTables(const MysqlOptions& options)
        : writers_(options, Isolation::read_committed, options.writers),
          readers_(options, Isolation::snapshot, options.readers) {}

    Result<void> add_user(const UserRow& user) override;
    Result<std::optional<UserRow>> user(UserId uid) override;
    Result<std::vector<std::optional<UserRow>>> user_rows(std::span<const UserId> uids) override;
    Result<std::optional<UserRow>> user_by_name(std::string_view name_key) override;
    Result<UserRow> change_user(UserId uid, const Edit& edit) override;
    Result<AccountChanges> account_changes(std::uint64_t after, std::size_t count_max) override;
    Result<std::vector<UserRow>> users_by_name(std::string_view prefix, std::string_view after_key,
                                               std::size_t count_max) override;
    Result<void> add_audit(std::span<const AuditRow> rows) override;
    Result<std::vector<AuditRow>> audit(std::uint64_t before, std::size_t count_max) override;
    Result<void> forget_audit_before(Time time) override;
    Result<std::optional<std::string>> setting(std::string_view name) override;
    Result<void> set_setting(std::string_view name, std::optional<std::string_view> value) override;
    Result<void> replace_setting(std::string_view name, std::optional<std::string_view> former,
                                 std::optional<std::string_view> value) override;
    Result<std::vector<Setting>> settings(std::string_view prefix) override;
    Result<Epoch> epoch() override;
    Result<Epoch> raise_epoch(Epoch least) override;
    Result<Term> next_term() override;

protected:
    Pool writers_;
    Pool readers_;
};

class MemberTables : public AccountTables {
public:
    using AccountTables::AccountTables;

    Result<std::optional<MemberRow>> member(GroupId gid, UserId uid) override;
    Result<std::vector<std::optional<MemberRow>>> member_rows(
        std::span<const MemberKey> keys) override;
    Result<std::vector<MemberRow>> members(GroupId gid, UserId after,
                                           std::size_t count_max) override;
    Result<std::vector<Membership>> memberships(UserId uid, std::size_t count_max) override;
    Result<std::vector<std::vector<GroupId>>> group_lists(std::span<const UserId> uids,
                                                          std::size_t count_max) override;
    Result<void> advance_read(std::span<const ReadPosition> positions) override;
    Result<std::vector<NamedMember>> members_by_name(GroupId gid, std::string_view prefix,
                                                     const NamePlace& after, Listed whom,
                                                     std::size_t count_max) override;
    Result<std::optional<InviteRow>> invite(GroupId gid, std::string_view code) override;
    Result<std::vector<InviteRow>> invites(GroupId gid, std::string_view after_code,
                                           std::size_t count_max) override;
    Result<std::vector<ReactionRow>> reactions_to(GroupId gid, Seq seq, std::string_view emoji,
                                                  UserId after, std::size_t count_max) override;
    Result<std::vector<ReactionRow>> reactions_of(GroupId gid, UserId uid, Seq from,
                                                  Seq to) override;
    Result<std::vector<TallyRow>> tallies(GroupId gid, Seq from, Seq to) override;
    Result<std::vector<Seq>> hidden(GroupId gid, UserId uid, Seq from, Seq to) override;
    Result<std::vector<NoteRow>> notes(GroupId gid, UserId uid, Seq from, Seq to) override;
    Result<std::vector<ModerationRow>> moderation(GroupId gid, std::uint64_t before,
                                                  std::size_t count_max) override;
    Result<UserLogPage> user_log(UserId uid, std::uint64_t after, std::size_t count_max) override;
    Result<std::vector<std::uint64_t>> user_log_heads(std::span<const UserId> uids) override;
};

class MysqlStore final : public MemberTables {
public:
    using MemberTables::MemberTables;

    using GroupLog::commit;
    std::vector<Outcome> commit(std::span<const Commit> commits,
                                std::span<const ReadPosition> positions) override;
    Result<GroupStart> load_group(GroupId gid, Term term, Time sent_since) override;
    Result<HeadRow> head(GroupId gid) override;
    Result<EntryPage> entries(GroupId gid, Seq from, std::size_t count_max) override;
    Result<GroupChanges> changes(GroupId gid, std::uint64_t since, Seq after) override;
    Result<Seq> first_at(GroupId gid, Time time) override;
    Result<std::optional<SentRow>> sent(GroupId gid, UserId uid, Cmid cmid) override;
    Result<std::vector<SentRow>> sent_since(GroupId gid, Time since,
                                            std::size_t count_max) override;
    Result<void> forget_sent_before(Time time) override;
    Result<std::vector<GroupHead>> groups(GroupId after, std::size_t count_max) override;
    Result<FeedPage> feed(std::uint64_t after, std::size_t count_max) override;
    Result<void> forget_feed(std::uint64_t number) override;

private:
    void drop_below(GroupId gid, Seq floor);
};

}  // namespace stentor::store::mysql
