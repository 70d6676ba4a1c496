#include "owner/load.h"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "base/limits.h"
#include "store/memory/memory_store.h"
#include "wire/pb.h"

namespace stentor::owner {
namespace {

constexpr GroupId kGroup{7};
constexpr Term kTerm{1};
constexpr Time kNow = from_ms(1'700'000'000'000);

// Lets something happen before the first look at entries or sends; one member's row is damaged.
class Interrupted final : public store::Store {
public:
    explicit Interrupted(store::Store& store) : store_{store} {}
    std::function<void()> meanwhile;
    UserId damaged;

    std::vector<store::Outcome> commit(std::span<const store::Commit> commits) override {
        return store_.commit(commits);
    }
    Result<store::HeadRow> take_head(GroupId gid, Term term) override {
        return store_.take_head(gid, term);
    }
    Result<store::HeadRow> head(GroupId gid) override { return store_.head(gid); }
    Result<store::EntryPage> entries(GroupId gid, Seq from, std::size_t count) override {
        happen();
        return store_.entries(gid, from, count);
    }
    Result<Seq> first_at(GroupId gid, Time time) override { return store_.first_at(gid, time); }
    Result<std::optional<store::SentRow>> sent(GroupId gid, UserId uid, Cmid cmid) override {
        return store_.sent(gid, uid, cmid);
    }
    Result<std::vector<store::SentRow>> sent_since(GroupId gid, Time since,
                                                   std::size_t count) override {
        happen();
        return store_.sent_since(gid, since, count);
    }
    Result<void> forget_sent_before(Time time) override { return store_.forget_sent_before(time); }
    Result<std::optional<store::MemberRow>> member(GroupId gid, UserId uid) override {
        if (uid == damaged) return std::unexpected(Error{.code = Code::store_unavailable});
        return store_.member(gid, uid);
    }
    Result<std::vector<store::MemberRow>> members(GroupId gid, UserId after,
                                                  std::size_t count) override {
        return store_.members(gid, after, count);
    }
    Result<std::vector<store::Membership>> memberships(UserId uid, std::size_t count) override {
        return store_.memberships(uid, count);
    }
    Result<void> advance_read(std::span<const ReadPosition> positions) override {
        return store_.advance_read(positions);
    }
    Result<std::vector<store::NamedMember>> members_by_name(GroupId gid, std::string_view prefix,
                                                            const NamePlace& after,
                                                            store::Listed whom,
                                                            std::size_t count) override {
        return store_.members_by_name(gid, prefix, after, whom, count);
    }
    Result<std::optional<store::InviteRow>> invite(GroupId gid, std::string_view code) override {
        return store_.invite(gid, code);
    }
    Result<std::vector<store::InviteRow>> invites(GroupId gid, std::string_view after_code,
                                                  std::size_t count) override {
        return store_.invites(gid, after_code, count);
    }
    Result<std::vector<store::ReactionRow>> reactions_to(GroupId gid, Seq seq,
                                                         std::string_view emoji, UserId after,
                                                         std::size_t count) override {
        return store_.reactions_to(gid, seq, emoji, after, count);
    }
    Result<std::vector<store::ReactionRow>> reactions_of(GroupId gid, UserId uid, Seq from,
                                                         Seq to) override {
        return store_.reactions_of(gid, uid, from, to);
    }
    Result<std::vector<store::TallyRow>> tallies(GroupId gid, Seq from, Seq to) override {
        return store_.tallies(gid, from, to);
    }
    Result<std::vector<Seq>> hidden(GroupId gid, UserId uid, Seq from, Seq to) override {
        return store_.hidden(gid, uid, from, to);
    }
    Result<std::vector<store::NoteRow>> notes(GroupId gid, UserId uid, Seq from, Seq to) override {
        return store_.notes(gid, uid, from, to);
    }
    Result<std::vector<store::ModerationRow>> moderation(GroupId gid, std::uint64_t before,
                                                         std::size_t count) override {
        return store_.moderation(gid, before, count);
    }
    Result<store::UserLogPage> user_log(UserId uid, std::uint64_t after,
                                        std::size_t count) override {
        return store_.user_log(uid, after, count);
    }
    Result<std::vector<GroupHead>> groups(GroupId after, std::size_t count) override {
        return store_.groups(after, count);
    }
    Result<store::FeedPage> feed(std::uint64_t after, std::size_t count) override {
        return store_.feed(after, count);
    }
    Result<void> forget_feed(std::uint64_t number) override { return store_.forget_feed(number); }
    Result<void> add_user(const store::UserRow& user) override { return store_.add_user(user); }
    Result<std::optional<store::UserRow>> user(UserId uid) override { return store_.user(uid); }
    Result<std::optional<store::UserRow>> user_by_name(std::string_view key) override {
        return store_.user_by_name(key);
    }
    Result<void> change_user(const store::UserRow& user) override {
        return store_.change_user(user);
    }
    Result<store::AccountChanges> account_changes(std::uint64_t after, std::size_t count) override {
        return store_.account_changes(after, count);
    }
    Result<void> add_audit(std::span<const store::AuditRow> rows) override {
        return store_.add_audit(rows);
    }
    Result<std::vector<store::AuditRow>> audit(std::uint64_t before, std::size_t count) override {
        return store_.audit(before, count);
    }
    Result<void> forget_audit_before(Time time) override {
        return store_.forget_audit_before(time);
    }
    Result<std::vector<store::UserRow>> users_by_name(std::string_view prefix,
                                                      std::string_view after,
                                                      std::size_t count) override {
        return store_.users_by_name(prefix, after, count);
    }
    Result<std::optional<std::string>> setting(std::string_view name) override {
        return store_.setting(name);
    }
    Result<void> set_setting(std::string_view name,
                             std::optional<std::string_view> value) override {
        return store_.set_setting(name, value);
    }
    Result<std::vector<Setting>> settings(std::string_view prefix) override {
        return store_.settings(prefix);
    }
    Epoch epoch() override { return store_.epoch(); }
    Result<Epoch> raise_epoch(Epoch least) override { return store_.raise_epoch(least); }
    Result<Term> next_term() override { return store_.next_term(); }

private:
    void happen() {
        if (auto task = std::exchange(meanwhile, {})) task();
    }
    store::Store& store_;
};

class LoadTest : public testing::Test {
protected:
    void append() {
        const auto before = store.head(kGroup);
        store::Commit commit{.gid = kGroup, .term = kTerm};
        commit.head =
            before.value_or(store::HeadRow{.epoch = {1}, .term = kTerm, .digest = genesis(kGroup)});
        commit.expected = commit.head.version++;
        pb::Entry entry;
        entry.set_seq(commit.head.seq.value + 1);
        const Cmid cmid = Cmid::made_at(
            kNow, std::array<std::uint8_t, 10>{static_cast<std::uint8_t>(entry.seq())});
        entry.set_cmid(std::string{cmid.view()});
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_time_ms(to_ms(kNow));
        commit.entries.push_back(log_entry(entry, commit.head.digest));
        commit.head.seq = commit.entries[0].seq;
        commit.head.digest = commit.entries[0].digest;
        commit.head.time = kNow;
        commit.sent.push_back({.cmid = cmid, .uid = {1}, .seq = commit.head.seq});
        ASSERT_EQ(store.commit({&commit, 1})[0], store::Outcome::done);
    }
    [[nodiscard]] group::LoadedGroup load() {
        const auto loaded =
            carry_out({.gid = kGroup, .what = group::LoadGroup{}}, kTerm, kNow, interrupted);
        EXPECT_TRUE(loaded.found);
        return std::get<group::LoadedGroup>(*loaded.found);
    }

    store::MemoryStore store;
    Interrupted interrupted{store};
};

// Head 1 with the entry and the send of 2: the group numbered its next send 2 as well, or answered
// a retry from a log that it did not have.
TEST_F(LoadTest, ACommitThatLandsBetweenTheLooksIsSeenWholeOrNotAtAll) {
    append();
    interrupted.meanwhile = [this] { append(); };

    const group::LoadedGroup loaded = load();

    EXPECT_EQ(loaded.head.seq, Seq{2});
    ASSERT_EQ(loaded.newest.size(), 2U);
    EXPECT_EQ(loaded.newest.back().digest, loaded.head.digest);
    EXPECT_EQ(loaded.sent.size(), 2U);
}

TEST_F(LoadTest, ADamagedRowKeepsNobodyElseFromHis) {
    store::Commit commit{.gid = kGroup, .term = kTerm};
    commit.head = {
        .epoch = {1}, .term = kTerm, .digest = genesis(kGroup), .members = 3, .version = 1};
    for (const std::uint64_t uid : {1U, 2U, 3U}) {
        commit.members.push_back({.uid = {uid}, .role = store::Role::member, .version = 1});
    }
    ASSERT_EQ(store.commit({&commit, 1})[0], store::Outcome::done);
    std::vector<group::Load> loads;
    for (const std::uint64_t uid : {3U, 2U, 1U, 9U}) {
        loads.push_back({.gid = kGroup, .what = group::LoadMember{{uid}}});
    }
    const auto roles = [&] {
        std::vector<std::optional<store::Role>> found;
        for (const group::Loaded& loaded : carry_out_together(loads, interrupted)) {
            if (!loaded.found) {
                found.emplace_back();
                continue;
            }
            const auto& row = std::get<std::optional<store::MemberRow>>(*loaded.found);
            found.emplace_back(row ? row->role : store::Role::none);
        }
        return found;
    };
    using store::Role;
    using Roles = std::vector<std::optional<Role>>;
    EXPECT_EQ(roles(), (Roles{Role::member, Role::member, Role::member, Role::none}));
    interrupted.damaged = {2};
    EXPECT_EQ(roles(), (Roles{Role::member, std::nullopt, Role::member, Role::none}));
}

}  // namespace
}  // namespace stentor::owner
