#pragma once
// The record in plain containers, for tests and the simulator. Exact: what store.h allows an engine
// to keep longer is gone here at once. Deterministic: no clock, no randomness, and no answer
// depends on the order of a hash table.
//
// Thread: any; one mutex. Cost: an entry in memory shares its bytes with whoever appended it.

#include <memory>

#include "store/store.h"

namespace stentor::store {

class MemoryStore : public Store {
public:
    explicit MemoryStore(Epoch epoch = {1});
    ~MemoryStore() override;

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
    Result<std::optional<MemberRow>> member(GroupId gid, UserId uid) override;
    Result<std::vector<MemberRow>> members(GroupId gid, UserId after,
                                           std::size_t count_max) override;
    Result<std::vector<Membership>> memberships(UserId uid, std::size_t count_max) override;
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
    Result<std::vector<GroupHead>> groups(GroupId after, std::size_t count_max) override;
    Result<FeedPage> feed(std::uint64_t after, std::size_t count_max) override;
    Result<void> forget_feed(std::uint64_t number) override;
    Result<void> add_user(const UserRow& user) override;
    Result<std::optional<UserRow>> user(UserId uid) override;
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

    // Everything at one moment, as a backup holds it. Costs a pointer per group and a copy of every
    // row that belongs to no group: a group's rows are shared until it is next written. Any number
    // of stores may be given one snapshot; none of them sees another's writes.
    struct State;
    using Snapshot = std::shared_ptr<const State>;
    [[nodiscard]] Snapshot snapshot() const;
    void restore(const Snapshot& snapshot);

private:
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

}  // namespace stentor::store
