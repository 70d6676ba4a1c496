#pragma once
// The worst store that keeps its promises: a commit is not written and to be tried again, alone or
// with all of its call; its outcome may be unknown although it was
// applied, was not, or will be applied a while later, at worst just before a load.
//
// Behind it stands store::MemoryStore, which the checks read as the truth.

#include <deque>
#include <functional>
#include <memory>

#include "store/memory/memory_store.h"
#include "store/store.h"
#include "testing/sim/world.h"

namespace stentor::sim {

class FaultyStore final : public store::Store {
public:
    explicit FaultyStore(World& world) : world_{world}, pending_{std::make_shared<Pending>()} {}

    // What the record holds, without faults.
    [[nodiscard]] store::MemoryStore& truth() { return truth_; }
    // Whatever is still on its way is applied or gone from here on.
    void settle();
    // The record goes back to what a backup held, under a larger epoch than any before; what was
    // still on its way is gone.
    Epoch restore(const store::MemoryStore::Snapshot& backup);

    std::vector<store::Outcome> commit(std::span<const store::Commit> commits,
                                       std::span<const ReadPosition> positions) override;
    Result<store::GroupStart> load_group(GroupId gid, Term term, Time sent_since) override;
    Result<store::HeadRow> head(GroupId gid) override;
    Result<store::EntryPage> entries(GroupId gid, Seq from, std::size_t count_max) override;
    Result<store::GroupChanges> changes(GroupId gid, std::uint64_t since, Seq after) override;
    Result<Seq> first_at(GroupId gid, Time time) override;
    Result<std::optional<store::SentRow>> sent(GroupId gid, UserId uid, Cmid cmid) override;
    Result<std::vector<store::SentRow>> sent_since(GroupId gid, Time since,
                                                   std::size_t count_max) override;
    Result<void> forget_sent_before(Time time) override;
    Result<std::optional<store::MemberRow>> member(GroupId gid, UserId uid) override;
    Result<std::vector<store::MemberRow>> members(GroupId gid, UserId after,
                                                  std::size_t count_max) override;
    Result<std::vector<store::Membership>> memberships(UserId uid, std::size_t count_max) override;
    Result<void> advance_read(std::span<const ReadPosition> positions) override;
    Result<std::vector<store::NamedMember>> members_by_name(GroupId gid, std::string_view prefix,
                                                            const NamePlace& after,
                                                            store::Listed whom,
                                                            std::size_t count_max) override;
    Result<std::optional<store::InviteRow>> invite(GroupId gid, std::string_view code) override;
    Result<std::vector<store::InviteRow>> invites(GroupId gid, std::string_view after_code,
                                                  std::size_t count_max) override;
    Result<std::vector<store::ReactionRow>> reactions_to(GroupId gid, Seq seq,
                                                         std::string_view emoji, UserId after,
                                                         std::size_t count_max) override;
    Result<std::vector<store::ReactionRow>> reactions_of(GroupId gid, UserId uid, Seq from,
                                                         Seq to) override;
    Result<std::vector<store::TallyRow>> tallies(GroupId gid, Seq from, Seq to) override;
    Result<std::vector<Seq>> hidden(GroupId gid, UserId uid, Seq from, Seq to) override;
    Result<std::vector<store::NoteRow>> notes(GroupId gid, UserId uid, Seq from, Seq to) override;
    Result<std::vector<store::ModerationRow>> moderation(GroupId gid, std::uint64_t before,
                                                         std::size_t count_max) override;
    Result<store::UserLogPage> user_log(UserId uid, std::uint64_t after,
                                        std::size_t count_max) override;
    Result<std::vector<GroupHead>> groups(GroupId after, std::size_t count_max) override;
    Result<store::FeedPage> feed(std::uint64_t after, std::size_t count_max) override;
    Result<void> forget_feed(std::uint64_t number) override;
    Result<void> add_user(const store::UserRow& user) override;
    Result<std::optional<store::UserRow>> user(UserId uid) override;
    Result<std::optional<store::UserRow>> user_by_name(std::string_view name_key) override;
    Result<store::UserRow> change_user(UserId uid, const Edit& edit) override;
    Result<store::AccountChanges> account_changes(std::uint64_t after,
                                                  std::size_t count_max) override;
    Result<std::vector<store::UserRow>> users_by_name(std::string_view prefix,
                                                      std::string_view after_key,
                                                      std::size_t count_max) override;
    Result<void> add_audit(std::span<const store::AuditRow> rows) override;
    Result<std::vector<store::AuditRow>> audit(std::uint64_t before,
                                               std::size_t count_max) override;
    Result<void> forget_audit_before(Time time) override;
    Result<std::optional<std::string>> setting(std::string_view name) override;
    Result<void> set_setting(std::string_view name, std::optional<std::string_view> value) override;
    Result<void> replace_setting(std::string_view name, std::optional<std::string_view> former,
                                 std::optional<std::string_view> value) override;
    Result<std::vector<Setting>> settings(std::string_view prefix) override;
    Result<Epoch> epoch() override { return truth_.epoch(); }
    Result<Epoch> raise_epoch(Epoch least) override { return truth_.raise_epoch(least); }
    Result<Term> next_term() override { return truth_.next_term(); }

private:
    struct Late {
        store::Commit commit;
        bool applied{};
    };
    using Pending = std::deque<std::shared_ptr<Late>>;

    store::Outcome commit_one(const store::Commit& commit);
    // `late`: nobody waits for its outcome any more.
    store::Outcome apply(const store::Commit& commit, bool late = false);
    void apply_late(Late& late);
    void before_read(GroupId gid);
    [[nodiscard]] std::optional<Error> failure();

    World& world_;
    store::MemoryStore truth_{Epoch{1}};
    std::shared_ptr<Pending> pending_;
};

}  // namespace stentor::sim
