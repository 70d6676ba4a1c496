// What the record tells of entries beside their text, and what is taken out of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/limits.h"
#include "owner/questions.h"
#include "owner/sweeper.h"
#include "store/damage.h"
#include "store/memory/memory_store.h"

namespace stentor::owner {
namespace {

using store::MemberRow;
using store::Role;
using testing::ElementsAre;
using testing::SizeIs;

constexpr GroupId kGroup{77};
constexpr UserId kAnn{1};
constexpr UserId kBob{2};
constexpr UserId kCho{3};
constexpr Time kNow = from_ms(1'700'000'000'000);

class Record : public testing::Test {
protected:
    // A group with these entries, one a second.
    store::Commit made(GroupId gid, const std::vector<UserId>& senders,
                       const pb::GroupSettings& settings = {}) {
        store::Commit commit{.gid = gid, .term = {1}};
        store::HeadRow& head = commit.head;
        head = {.epoch = {1}, .term = {1}, .digest = genesis(gid), .floor_digest = genesis(gid)};
        for (const UserId sender : senders) {
            pb::Entry entry;
            entry.set_seq(head.seq.value + 1);
            entry.set_sender(sender.value);
            entry.set_cmid(std::string(16, static_cast<char>(head.seq.value + 1)));
            entry.set_kind(pb::ENTRY_KIND_POST);
            entry.set_time_ms(to_ms(kNow) + head.seq.value * 1'000);
            entry.set_ordinal(head.seq.value + 1);
            entry.set_body("x");
            commit.entries.push_back(log_entry(entry, head.digest));
            head.digest = commit.entries.back().digest;
            head.time = commit.entries.back().time;
            ++head.seq;
        }
        head.ordinal = head.seq.value;
        head.version = 1;
        head.members = 3;
        head.settings = settings.SerializeAsString();
        return commit;
    }
    // One that adds nothing.
    store::Commit next(GroupId gid) {
        const store::HeadRow head = store_.head(gid).value();
        store::Commit commit{.gid = gid, .term = {1}, .expected = head.version, .head = head};
        ++commit.head.version;
        return commit;
    }
    void write(const store::Commit& commit) {
        ASSERT_EQ(store_.commit({&commit, 1})[0], store::Outcome::done);
    }
    static MemberRow row(UserId uid, Seq floor, Seq read, Role role = Role::member) {
        return {.uid = uid, .role = role, .floor = floor, .read = read, .version = 1};
    }
    bus::WrittenAnswer written(const bus::AskWritten& ask) {
        const auto reply = Questions{store_}.answer(ask);
        EXPECT_TRUE(reply);
        return reply ? std::get<bus::WrittenAnswer>(*reply) : bus::WrittenAnswer{};
    }
    static std::vector<std::pair<std::uint64_t, std::uint64_t>> places(
        const bus::WrittenAnswer& answer) {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
        for (const auto& [gid, seq] : answer.entries) found.emplace_back(gid.value, seq.value);
        return found;
    }
    Result<bus::Reply> who_read(UserId asker, std::uint64_t seq, std::uint64_t epoch = 1) {
        bus::AskWhoRead ask{.asker = asker};
        ask.who_read.set_gid(kGroup.value);
        ask.who_read.set_epoch(epoch);
        ask.who_read.set_seq(seq);
        return Questions{store_}.answer(ask);
    }

    store::MemoryStore store_;
};

// ---- Who has read it

TEST_F(Record, TellsWhoHasReadAnEntry) {
    store::Commit commit = made(kGroup, {kAnn, kBob, kAnn});
    commit.members = {row(kAnn, {}, {3}), row(kBob, {}, {2}), row(kCho, {1}, {2})};
    write(commit);
    const auto uids = [&](std::uint64_t seq) {
        const auto reply = who_read(kAnn, seq);
        const pb::Readers readers = std::get<pb::Readers>(reply.value());
        EXPECT_EQ(readers.count(), static_cast<std::uint64_t>(readers.uids_size()));
        return std::vector<std::uint64_t>{readers.uids().begin(), readers.uids().end()};
    };
    EXPECT_THAT(uids(1), ElementsAre(2));  // Cho came later, Ann wrote it.
    EXPECT_THAT(uids(2), ElementsAre(1, 3));
    EXPECT_THAT(uids(3), ElementsAre());
}

TEST_F(Record, TellsReadersOnlyToWhoMaySeeTheEntry) {
    store::Commit commit = made(kGroup, {kAnn, kBob});
    commit.members = {row(kAnn, {}, {2}), row(kBob, {}, {}, Role::none), row(kCho, {1}, {2})};
    write(commit);
    EXPECT_EQ(who_read(kBob, 1).error().code, Code::not_found);
    EXPECT_EQ(who_read(kCho, 1).error().where, who_read(kCho, 9).error().where);
    EXPECT_EQ(who_read(kCho, 1).error().code, Code::not_found);
    EXPECT_EQ(who_read(kAnn, 1, 2).error().code, Code::epoch_changed);
}

TEST_F(Record, TellsReadersInPagesAndOnlyInGroupsThatAreSmallEnough) {
    store::Commit commit = made(kGroup, {kAnn});
    commit.members.push_back(row(kAnn, {}, {1}));
    for (std::uint64_t uid = 2; uid <= 151; ++uid) commit.members.push_back(row({uid}, {}, {1}));
    commit.head.members = 151;
    write(commit);
    bus::AskWhoRead ask{.asker = kAnn};
    ask.who_read.set_gid(kGroup.value);
    ask.who_read.set_epoch(1);
    ask.who_read.set_seq(1);
    const auto first = std::get<pb::Readers>(Questions{store_}.answer(ask).value());
    EXPECT_EQ(first.count(), 150U);
    EXPECT_EQ(static_cast<std::size_t>(first.uids_size()), limits::kListPage);
    ask.who_read.set_cursor(first.next());
    const auto second = std::get<pb::Readers>(Questions{store_}.answer(ask).value());
    EXPECT_EQ(second.uids_size(), 50);
    EXPECT_EQ(second.uids(0), first.uids(first.uids_size() - 1) + 1);
    EXPECT_EQ(second.next(), "");

    store::Commit grown{.gid = kGroup, .term = {1}, .expected = 1, .head = commit.head};
    grown.head.version = 2;
    grown.head.members = limits::kWhoReadMembers + 1;
    write(grown);
    EXPECT_EQ(who_read(kAnn, 1).error().code, Code::unsupported);
    ask.who_read.clear_cursor();
    EXPECT_TRUE((Questions{store_, nullptr, nullptr, grown.head.members}.answer(ask)));
    EXPECT_EQ((Questions{store_, nullptr, nullptr, 0}.answer(ask).error().limit), 0U);
}

// ---- What is one's own

TEST_F(Record, TellsWhatOneMemberAloneHasThere) {
    store::Commit commit = made(kGroup, {kAnn, kBob, kAnn});
    commit.members = {row(kBob, {}, {})};
    commit.reactions = {{.uid = kBob, .seq = {1}, .emoji = "+"},
                        {.uid = kAnn, .seq = {2}, .emoji = "!"}};
    commit.tallies = {{.seq = {1}, .counts = {{"+", 1}}}, {.seq = {2}, .counts = {{"!", 1}}}};
    commit.user_events = {{.uid = kBob, .hidden = {Seq{3}}}};
    write(commit);
    const auto reply =
        Questions{store_}.answer(bus::AskMine{.gid = kGroup, .uid = kBob, .from = {1}, .to = {3}});
    const auto& mine = std::get<bus::Mine>(reply.value());
    EXPECT_THAT(mine.hidden, ElementsAre(Seq{3}));
    EXPECT_THAT(mine.reactions, ElementsAre(std::pair{Seq{1}, std::string{"+"}}));

    const auto page =
        Questions{store_}.answer(bus::AskEntries{.gid = kGroup, .from = {2}, .count = 2});
    const auto& answer = std::get<bus::EntriesAnswer>(page.value());
    ASSERT_EQ(answer.tallies.size(), 1U);
    EXPECT_EQ(answer.tallies[0].seq(), 2U);
    EXPECT_EQ(answer.tallies[0].reactions(0).emoji(), "!");
}

// ---- What became of a group

TEST_F(Record, ChangesAreTheEntriesTheirSumsAndWhoCameAndWentSinceThen) {
    write(made(kGroup, {kAnn, kBob, kAnn}));
    const std::uint64_t version = store_.head(kGroup)->version;
    store::Commit commit = next(kGroup);
    commit.members = {{.uid = kBob, .left = {3}, .version = 2}};
    commit.tallies = {{.seq = {3}, .counts = {{"+", 1}}}};
    write(commit);
    const auto ask = [&](std::uint64_t since, Seq after) {
        const bus::AskChanges question{.gid = kGroup, .since = since, .after = after};
        return std::get<bus::ChangesAnswer>(Questions{store_}.answer(question).value());
    };
    const auto since = ask(version, {2});
    EXPECT_EQ(since.version, version + 1);
    EXPECT_FALSE(since.reset);
    EXPECT_EQ(since.head, Seq{3});
    EXPECT_THAT(since.entries, SizeIs(1));
    EXPECT_THAT(since.tallies, SizeIs(1));
    ASSERT_THAT(since.rows, SizeIs(1));
    EXPECT_EQ(since.rows[0].uid, kBob);
    EXPECT_EQ(since.rows[0].member.role, pb::ROLE_NONE);
    EXPECT_EQ(since.rows[0].member.version, 2U);
    EXPECT_THAT(ask(version + 1, {3}).rows, SizeIs(0));
    EXPECT_TRUE(ask(version + 2, {3}).reset) << "of another history";
}

TEST_F(Record, AListIsAskedAboutAtOnce) {
    store::Commit commit = made(kGroup, {kAnn, kBob, kAnn});
    commit.members = {row(kAnn, {}, {}), {.uid = kBob, .left = {3}, .version = 2}};
    write(commit);
    const auto reply =
        Questions{store_}.answer(bus::AskStays{.gid = kGroup, .uids = {kAnn, kBob, UserId{99}}});
    const auto& stays = std::get<bus::StaysAnswer>(reply.value());
    EXPECT_EQ(stays.version, store_.head(kGroup)->version);
    ASSERT_THAT(stays.rows, SizeIs(3));
    EXPECT_NE(stays.rows[0].member.role, pb::ROLE_NONE);
    EXPECT_EQ(stays.rows[1].member.role, pb::ROLE_NONE);
    EXPECT_EQ(stays.rows[2].member.role, pb::ROLE_NONE);
}

class DamagedRow final : public store::MemoryStore {
    Result<std::optional<MemberRow>> member(GroupId gid, UserId uid) override {
        if (uid != kBob) return MemoryStore::member(gid, uid);
        return std::unexpected(Error{Code::store_unavailable, store::kDamagedWhere});
    }
};

TEST_F(Record, ADamagedRowIsNoneAndKeepsNobodyElseFromTheirs) {
    DamagedRow store;
    store::Commit commit = made(kGroup, {kAnn});
    commit.members = {row(kAnn, {}, {}), row(kBob, {}, {})};
    ASSERT_EQ(store.commit({&commit, 1})[0], store::Outcome::done);
    const auto reply = Questions{store}.answer(bus::AskStays{.gid = kGroup, .uids = {kBob, kAnn}});
    const auto& stays = std::get<bus::StaysAnswer>(reply.value());
    ASSERT_THAT(stays.rows, SizeIs(2));
    EXPECT_EQ(stays.rows[0].member.role, pb::ROLE_NONE);
    EXPECT_NE(stays.rows[1].member.role, pb::ROLE_NONE);
}

// ---- Retention of groups that nobody speaks to

TEST_F(Record, ASweepWakesOnlyGroupsThatHaveSomethingToDrop) {
    pb::GroupSettings by_number;
    by_number.set_retention_entries(2);
    pb::GroupSettings by_age;
    by_age.set_retention_s(60);
    write(made({1}, {kAnn, kAnn, kAnn}));
    write(made({2}, {kAnn, kAnn, kAnn}, by_number));
    write(made({3}, {kAnn, kAnn}, by_number));
    write(made({4}, {kAnn}, by_age));
    write(made({5}, {}, by_age));
    std::vector<GroupId> woken;
    Sweep sweep{store_, [&](GroupId gid) { woken.push_back(gid); }};
    EXPECT_EQ(sweep.step(kNow + Millis{30'000}), limits::kSweepEvery);
    EXPECT_THAT(woken, ElementsAre(GroupId{2}));
    woken.clear();
    sweep.step(kNow + Millis{90'000});
    EXPECT_THAT(woken, ElementsAre(GroupId{2}, GroupId{4}));
}

TEST_F(Record, ASweepWakesAFewAtATime) {
    pb::GroupSettings settings;
    settings.set_retention_entries(1);
    for (std::uint64_t gid = 1; gid <= limits::kSweepWakes + 2; ++gid) {
        write(made({gid}, {kAnn, kAnn}, settings));
    }
    std::vector<GroupId> woken;
    Sweep sweep{store_, [&](GroupId gid) { woken.push_back(gid); }};
    EXPECT_EQ(sweep.step(kNow), limits::kSweepStep);
    EXPECT_EQ(woken.size(), limits::kSweepWakes);
    EXPECT_EQ(sweep.step(kNow), limits::kSweepEvery);
    EXPECT_EQ(woken.size(), limits::kSweepWakes + 2);
}

// ---- All that one user wrote

TEST_F(Record, WhatAUserWroteIsFoundWhereverHeIsOrWas) {
    ASSERT_TRUE(store_.add_user({.uid = kBob, .name = "Bob", .name_key = "bob"}));
    store::Commit here = made({1}, {kAnn, kBob, kAnn, kBob});
    here.members = {row(kBob, {}, {})};
    store::Commit left = made({2}, {kBob, kAnn});
    left.members = {row(kBob, {}, {}, Role::none)};
    store::Commit never = made({3}, {kBob});
    for (const store::Commit& commit : {here, left, never}) write(commit);

    const bus::WrittenAnswer found = written({.uid = kBob});
    EXPECT_THAT(places(found),
                ElementsAre(std::pair{1U, 2U}, std::pair{1U, 4U}, std::pair{2U, 1U}));
    EXPECT_FALSE(found.next);
    EXPECT_THAT(places(written({.uid = kBob, .from = {.gid = {1}, .seq = {3}}})),
                ElementsAre(std::pair{1U, 4U}, std::pair{2U, 1U}));
    EXPECT_EQ(Questions{store_}.answer(bus::AskWritten{.uid = kCho}).error().where, "uid");
}

TEST_F(Record, WhereTheyWaitOrAreBannedIsToldOnceBesideWhatTheyWrote) {
    ASSERT_TRUE(store_.add_user({.uid = kBob, .name = "Bob", .name_key = "bob"}));
    store::Commit waits = made({1}, {kAnn});
    waits.members = {row(kBob, {}, {}, Role::none)};
    waits.members[0].pending = true;
    store::Commit banned = made({2}, {kBob, kBob});
    banned.members = {row(kBob, {}, {}, Role::none)};
    banned.members[0].banned = true;
    store::Commit another = made({3}, {kAnn});
    another.members = {row(kCho, {}, {}, Role::none)};
    another.members[0].banned = true;
    for (const store::Commit& commit : {waits, banned, another}) write(commit);

    const bus::WrittenAnswer found = written({.uid = kBob});
    EXPECT_THAT(found.waiting, ElementsAre(GroupId{1}));
    EXPECT_THAT(found.banned, ElementsAre(GroupId{2}));
    const bus::WrittenAnswer rest = written({.uid = kBob, .from = {.gid = {2}, .seq = {2}}});
    EXPECT_TRUE(rest.banned.empty()) << "the page before told it";
    EXPECT_THAT(places(rest), ElementsAre(std::pair{2U, 2U}));
}

TEST_F(Record, AGroupWhereTheyAddedSomethingIsNamedOnceBeforeWhatTheyWroteThere) {
    ASSERT_TRUE(store_.add_user({.uid = kBob, .name = "Bob", .name_key = "bob"}));
    store::Commit here = made({1}, {kAnn, kBob});
    here.members = {row(kBob, {}, {})};
    here.members[0].overlay = true;
    store::Commit only_added = made({2}, {kAnn});
    only_added.members = {row(kBob, {}, {}, Role::none)};
    only_added.members[0].overlay = true;
    for (const store::Commit& commit : {here, only_added}) write(commit);

    EXPECT_THAT(places(written({.uid = kBob})),
                ElementsAre(std::pair{1U, 0U}, std::pair{1U, 2U}, std::pair{2U, 0U}));
    EXPECT_THAT(places(written({.uid = kBob, .from = {.gid = {1}, .seq = {2}}})),
                ElementsAre(std::pair{1U, 2U}, std::pair{2U, 0U}));
}

TEST_F(Record, WhatAUserWroteIsFoundOnceEachPageByPage) {
    ASSERT_TRUE(store_.add_user({.uid = kBob, .name = "Bob", .name_key = "bob"}));
    const std::size_t commands = limits::kWrittenPerPage + 10;
    for (std::uint64_t gid = 1; gid <= 2; ++gid) {
        store::Commit commit = made({gid}, std::vector<UserId>(commands, kBob));
        commit.members = {row(kBob, {}, {})};
        write(commit);
    }
    for (std::uint64_t gid = 3; gid <= limits::kWrittenGroups + 3; ++gid) {
        write(made({gid}, {kAnn}));
    }
    std::set<std::pair<std::uint64_t, std::uint64_t>> all;
    bus::EntryPlace from;
    for (;;) {
        const bus::WrittenAnswer page = written({.uid = kBob, .from = from});
        EXPECT_LE(page.entries.size(), limits::kWrittenPerPage);
        for (const auto& place : places(page)) EXPECT_TRUE(all.insert(place).second);
        if (!page.next) break;
        from = *page.next;
    }
    EXPECT_EQ(all.size(), 2 * commands);
    EXPECT_GT(from.gid.value, limits::kWrittenGroups - 3);
}

}  // namespace
}  // namespace stentor::owner
