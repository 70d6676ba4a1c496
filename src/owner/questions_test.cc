#include "owner/questions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <span>
#include <thread>
#include <utility>

#include "base/group_ids.h"
#include "base/limits.h"
#include "store/damage.h"
#include "store/memory/memory_store.h"

namespace stentor::owner {
namespace {

using store::MemberRow;
using store::Role;

constexpr UserId kAnn{11};
constexpr UserId kBob{12};
constexpr Time kStart = from_ms(1'700'000'000'000);

// Lets something happen before the last of the three looks of a Hello; one head cannot be read.
class Interrupted final : public store::MemoryStore {
public:
    std::function<void()> meanwhile;
    GroupId damaged;

    Result<store::HeadRow> head(GroupId gid) override {
        if (gid == damaged) {
            return std::unexpected(
                Error{.code = Code::store_unavailable, .where = store::kDamagedWhere});
        }
        return MemoryStore::head(gid);
    }

    Result<store::UserLogPage> user_log(UserId uid, std::uint64_t after,
                                        std::size_t count) override {
        look();
        return MemoryStore::user_log(uid, after, count);
    }
    Result<std::vector<std::vector<GroupId>>> group_lists(std::span<const UserId> uids,
                                                          std::size_t count) override {
        look();
        return MemoryStore::group_lists(uids, count);
    }

private:
    void look() {
        if (!meanwhile) return;
        if (++looks_ == 3) std::exchange(meanwhile, {})();
    }
    int looks_{};
};

class QuestionsTest : public testing::Test {
protected:
    QuestionsTest() {
        add_user(kAnn, "Ann");
        add_user(kBob, "Bob");
    }

    void add_user(UserId uid, const std::string& name) {
        std::string key = name;
        std::ranges::transform(key, key.begin(), [](char c) { return c | 0x20; });
        ASSERT_TRUE(
            store_.add_user({.uid = uid, .name = name, .name_key = key, .created = kStart}));
    }
    // `by` writes one entry for each of `writers`; what is new goes the way of a commit.
    void write(GroupId gid, const std::vector<UserId>& writers, std::vector<MemberRow> rows = {},
               const pb::GroupSettings& settings = {}) {
        const auto before = store_.head(gid);
        store::Commit commit{.gid = gid, .term = {1}};
        commit.head =
            before ? *before
                   : store::HeadRow{
                         .digest = genesis(gid), .floor_digest = genesis(gid), .creator = {1}};
        commit.expected = commit.head.version++;
        commit.head.term = {1};
        commit.head.epoch = {1};
        if (!before) commit.head.settings = settings.SerializeAsString();
        now_ += Millis{10};
        for (const UserId writer : writers) {
            pb::Entry entry;
            entry.set_seq(commit.head.seq.value + 1);
            entry.set_sender(writer.value);
            entry.set_cmid(std::string{Cmid::made_at(now_, std::array<std::uint8_t, 10>{}).view()});
            entry.set_kind(pb::ENTRY_KIND_POST);
            entry.set_time_ms(to_ms(now_));
            entry.set_ordinal(commit.head.ordinal + 1);
            commit.entries.push_back(log_entry(entry, commit.head.digest));
            const LogEntry& made = commit.entries.back();
            commit.head.seq = made.seq;
            commit.head.digest = made.digest;
            commit.head.ordinal = made.ordinal;
        }
        commit.head.time = now_;
        for (const MemberRow& row : rows) commit.head.members += row.role != Role::none ? 1 : 0;
        commit.members = std::move(rows);
        commit.user_events = std::exchange(events_, {});
        ASSERT_EQ(store_.commit(std::span{&commit, 1}).front(), store::Outcome::done);
        heads_.on_committed(commit);
    }
    template <class T>
    T ask(const bus::Question& question) {
        auto reply = questions_.answer(question);
        EXPECT_TRUE(reply);
        return reply ? std::get<T>(std::move(*reply)) : T{};
    }
    Code refusal_of(const bus::Question& question) {
        const auto reply = questions_.answer(question);
        return reply ? Code::ok : reply.error().code;
    }

    Interrupted store_;
    Heads heads_{1'024};
    Questions questions_{store_, nullptr, &heads_};
    Time now_ = kStart;
    std::vector<store::UserEvent> events_;  // Of the next write.
};

// Random histories against a count over all of it; asked with heads from commits, and without any.
TEST_F(QuestionsTest, ListIsNewestFirstAndItsSumIsExactUpToTheCap) {
    std::mt19937 random{3};
    struct Model {
        std::vector<UserId> senders;
        std::uint64_t read{};
        bool muted{};
    };
    std::map<GroupId, Model> model;
    std::vector<GroupId> activity;  // Oldest first.
    for (std::uint64_t i = 0; i < 40; ++i) {
        const GroupId gid{1'000 + i};
        model[gid].muted = i % 7 == 0;
        write(gid, {},
              {{.uid = kAnn, .role = Role::member, .version = 1, .muted_for_me = i % 7 == 0}});
        activity.push_back(gid);
    }
    for (int round = 0; round < 60; ++round) {
        const GroupId gid{1'000 + random() % 40};
        Model& group = model[gid];
        std::vector<UserId> writers;
        for (auto n = random() % 4 + 1; n > 0; --n) {
            writers.push_back(random() % 2 == 0 ? kAnn : kBob);
        }
        write(gid, writers);
        group.senders.insert(group.senders.end(), writers.begin(), writers.end());
        std::erase(activity, gid);
        activity.push_back(gid);
        if (random() % 2 == 0) {
            group.read = random() % group.senders.size() + 1;
            const store::Members::ReadPosition position{gid, kAnn, {group.read}, {1}, {1}};
            ASSERT_TRUE(store_.advance_read(std::span{&position, 1}));
            group.read = store_.member(gid, kAnn)->value().read.value;
        }
        std::uint64_t sum = 0;
        for (const auto& [id, one] : model) {
            if (one.muted) continue;
            sum += static_cast<std::uint64_t>(
                std::count(one.senders.begin() + static_cast<std::ptrdiff_t>(one.read),
                           one.senders.end(), kBob));
        }
        for (Heads* heads : {&heads_, static_cast<Heads*>(nullptr)}) {
            Questions questions{store_, nullptr, heads};
            std::vector<GroupId> listed;
            std::string cursor;
            do {
                const auto reply =
                    questions.answer(bus::AskList{.uid = kAnn, .cursor = cursor, .count = 7});
                ASSERT_TRUE(reply);
                const auto& page = std::get<pb::Groups>(*reply);
                EXPECT_EQ(page.unread_total(), std::min<std::uint64_t>(sum, limits::kUnreadCap));
                EXPECT_EQ(page.total(), 40U);
                for (const auto& one : page.groups()) listed.push_back({one.gid()});
                cursor = page.next();
            } while (!cursor.empty());
            EXPECT_TRUE(std::ranges::equal(listed.rbegin(), listed.rend(), activity.begin(),
                                           activity.end()));
        }
    }
}

TEST_F(QuestionsTest, AnnouncementsStandInEverybodysListFromHisFirstDayOn) {
    pb::GroupSettings settings;
    settings.set_kind(pb::GROUP_KIND_BROADCAST);
    now_ = kStart - Millis{60'000};
    write(kBroadcastGroup, {UserId{}}, {}, settings);
    now_ = kStart + Millis{1};
    write(kBroadcastGroup, {UserId{}, UserId{}});
    const auto groups = ask<pb::Groups>(bus::AskList{.uid = kBob});
    ASSERT_EQ(groups.groups_size(), 1);
    EXPECT_EQ(groups.groups(0).unread(), 2U) << "what came before their account is not theirs";
    const auto hello = ask<bus::HelloAnswer>(bus::AskHello{.uid = kBob, .token_minted = kStart});
    EXPECT_EQ(hello.groups, std::vector{kBroadcastGroup});

    // They may search there, as far as there is an index; who else is there is not for them to
    // know.
    bus::AskSearch search{.asker = kBob};
    search.search.set_gid(kBroadcastGroup.value);
    EXPECT_EQ(refusal_of(search), Code::unsupported);
    bus::AskMembers members{.asker = kBob};
    members.fetch.set_gid(kBroadcastGroup.value);
    EXPECT_EQ(refusal_of(members), Code::not_permitted);
    bus::AskWhoRead who{.asker = kBob};
    who.who_read.set_gid(kBroadcastGroup.value);
    who.who_read.set_epoch(1);
    who.who_read.set_seq(2);
    EXPECT_EQ(refusal_of(who), Code::not_permitted);
    search.asker = who.asker = {99};
    EXPECT_EQ(refusal_of(search), Code::not_found);
    EXPECT_EQ(refusal_of(who), Code::not_found);
}

// An index that holds every entry of every group.
class Everything final : public search::Search {
public:
    Result<std::vector<Seq>> find(const search::Wanted& wanted) override {
        sender = wanted.sender;
        std::vector<Seq> found;
        for (Seq seq = std::min(wanted.before, Seq{4}) - 1; seq > wanted.floor; seq = seq - 1) {
            if (found.size() < wanted.count_max) found.push_back(seq);
        }
        return found;
    }
    UserId sender;  // As asked for last.
};

TEST_F(QuestionsTest, WhatOneHidIsNeitherListedNorCountedNorFoundForThem) {
    constexpr GroupId kGroup{77};
    const auto row = [](UserId uid, bool overlay) {
        return MemberRow{.uid = uid, .role = Role::member, .version = 1, .overlay = overlay};
    };
    write(kGroup, {UserId{1}, UserId{1}, UserId{1}}, {row(kAnn, false), row(kBob, false)});
    events_ = {{.uid = kAnn, .entry = {}, .hidden = {Seq{1}, Seq{3}}}};
    write(kGroup, {}, {row(kAnn, true)});

    Everything words;
    Questions questions{store_, &words, &heads_};
    const auto shown_to = [&](UserId uid) {
        const auto listed = std::get<pb::Groups>(*questions.answer(bus::AskList{.uid = uid}));
        const pb::GroupSummary& group = listed.groups(0);
        std::vector<std::uint64_t> shown{group.last().seq(), group.unread(), listed.unread_total()};
        bus::AskSearch search{.asker = uid};
        search.search.set_gid(kGroup.value);
        const auto found = std::get<pb::FoundEntries>(*questions.answer(search));
        for (const pb::Entry& entry : found.entries()) shown.push_back(entry.seq());
        return shown;
    };
    EXPECT_EQ(shown_to(kAnn), (std::vector<std::uint64_t>{2, 1, 1, 2}));
    EXPECT_EQ(shown_to(kBob), (std::vector<std::uint64_t>{3, 3, 3, 3, 2, 1}));
}

TEST_F(QuestionsTest, ASearchIsOfOneSenderAndOfAPartOfTheLogWhereThatIsAsked) {
    constexpr GroupId kGroup{77};
    const MemberRow ann{.uid = kAnn, .role = Role::member, .version = 1};
    write(kGroup, {UserId{1}, UserId{1}, UserId{1}}, {ann});
    Everything words;
    Questions questions{store_, &words, &heads_};
    const auto found = [&](std::uint64_t from, std::uint64_t to, std::uint64_t sender = 0) {
        bus::AskSearch search{.asker = kAnn};
        search.search.set_gid(kGroup.value);
        search.search.set_from(from);
        search.search.set_to(to);
        search.search.set_sender(sender);
        std::vector<std::uint64_t> seqs;
        const auto answer = std::get<pb::FoundEntries>(*questions.answer(search));
        for (const pb::Entry& entry : answer.entries()) seqs.push_back(entry.seq());
        return seqs;
    };
    using Seqs = std::vector<std::uint64_t>;
    EXPECT_EQ(found(0, 0), (Seqs{3, 2, 1}));
    EXPECT_EQ(words.sender, UserId{});
    EXPECT_EQ(found(2, 0), (Seqs{3, 2}));
    EXPECT_EQ(found(0, 2), (Seqs{2, 1}));
    EXPECT_EQ(found(2, 2), (Seqs{2}));
    EXPECT_EQ(found(3, 1), Seqs{});
    EXPECT_EQ(found(1, limits::kIdMax, 5), (Seqs{3, 2, 1}));
    EXPECT_EQ(words.sender, UserId{5});
}

// The groups beside it are listed, and it as well, by its number.
TEST_F(QuestionsTest, ADamagedHeadTakesNoListFromItsMembers) {
    const MemberRow ann{.uid = kAnn, .role = Role::admin, .version = 1};
    write({77}, {UserId{2}}, {ann});
    write({78}, {UserId{2}, UserId{2}}, {ann});
    store_.damaged = {78};
    Questions questions{store_};
    const auto reply = questions.answer(bus::AskList{.uid = kAnn});
    ASSERT_TRUE(reply);
    const auto& listed = std::get<pb::Groups>(*reply);
    ASSERT_EQ(listed.groups_size(), 2);
    EXPECT_EQ(listed.total(), 2U);
    EXPECT_EQ(listed.groups(0).gid(), 77U);
    EXPECT_EQ(listed.groups(0).unread(), 1U);
    EXPECT_EQ(listed.groups(1).gid(), 78U);
    EXPECT_EQ(listed.groups(1).role(), pb::ROLE_ADMIN);
    EXPECT_EQ(listed.groups(1).head(), 0U);
    EXPECT_EQ(listed.unread_total(), 1U);
}

// The rows of who reacted stay where an entry was recalled: only what is in the sums is shown.
TEST_F(QuestionsTest, AReactionThatTheSumsDoNotHaveIsNobodysAnyMore) {
    constexpr GroupId kGroup{77};
    write(kGroup, {UserId{1}, UserId{1}}, {{.uid = kAnn, .role = Role::member, .version = 1}});
    store::Commit commit{.gid = kGroup, .term = {1}, .head = *store_.head(kGroup)};
    commit.expected = commit.head.version++;
    commit.reactions = {{.uid = kAnn, .seq = {1}, .emoji = "+"},
                        {.uid = kAnn, .seq = {2}, .emoji = "+"},
                        {.uid = kAnn, .seq = {2}, .emoji = "-"}};
    commit.tallies = {{.seq = {1}}, {.seq = {2}, .counts = {{"+", 1}}}};
    ASSERT_EQ(store_.commit(std::span{&commit, 1}).front(), store::Outcome::done);
    const auto mine =
        ask<bus::Mine>(bus::AskMine{.gid = kGroup, .uid = kAnn, .from = Seq{1}, .to = Seq{2}});
    EXPECT_EQ(mine.reactions, (std::vector<std::pair<Seq, std::string>>{{Seq{2}, "+"}}));
}

TEST_F(QuestionsTest, ChangesOfAccountsAreToldToGatesInTheirOrder) {
    ask<bus::Account>(bus::AskChangeUser{.uid = kAnn, .tokens_since = kStart});
    EXPECT_TRUE(ask<bus::Account>(bus::AskChangeUser{.uid = kBob, .disabled = true}).disabled);
    const auto first = ask<bus::AccountChangesAnswer>(bus::AskAccountChanges{.count = 1});
    ASSERT_EQ(first.states.size(), 1U);
    EXPECT_EQ(first.states[0].uid, kAnn);
    EXPECT_EQ(first.states[0].tokens_since, kStart + Millis{1});
    EXPECT_LT(first.last, first.head);
    const auto second =
        ask<bus::AccountChangesAnswer>(bus::AskAccountChanges{.after = first.last, .count = 10});
    ASSERT_EQ(second.states.size(), 1U);
    EXPECT_TRUE(second.states[0].closed);
    EXPECT_EQ(second.last, second.head);
    EXPECT_EQ(refusal_of(bus::AskChangeUser{.uid = {99}}), Code::not_found);
}

// One disables while another gives a password.
TEST_F(QuestionsTest, OfTwoChangesOfAnAccountAtOnceNeitherIsLost) {
    const auto change_often = [&](auto change) {
        return std::jthread{[this, change] {
            for (int i = 0; i < 300; ++i) {
                const auto number = std::to_string(i);
                const auto changed = Questions{store_}.answer(change(number));
                ASSERT_TRUE(changed);
            }
        }};
    };
    {
        const auto passwords = change_often([](const std::string& number) {
            return bus::AskChangeUser{.uid = kAnn, .password_hash = number};
        });
        const auto pictures = change_often([](const std::string& number) {
            return bus::AskChangeUser{.uid = kAnn, .picture = number};
        });
        ask<bus::Account>(bus::AskChangeUser{.uid = kAnn, .disabled = true});
    }
    const store::UserRow row = store_.user(kAnn)->value();
    EXPECT_TRUE(row.disabled);
    EXPECT_EQ(row.password, "299");
    EXPECT_EQ(row.picture, "299");
}

// A token is named by its millisecond: none that was given out before may share one with those
// after.
TEST_F(QuestionsTest, EveryTokenBeforeASignOutIsVoidAndTheNextOneIsNot) {
    const bus::SignIn here{.minted = kStart, .client = "c", .address = "192.0.2.1"};
    const auto sign_in = [&] {
        return ask<bus::Account>(bus::AskChangeUser{.uid = kAnn, .signed_in = here})
            .sign_ins.back()
            .minted;
    };
    const Time first = sign_in();
    const Time second = sign_in();
    EXPECT_EQ(first, kStart);
    EXPECT_GT(second, first);
    const auto out = ask<bus::Account>(bus::AskChangeUser{.uid = kAnn, .tokens_since = kStart});
    EXPECT_GT(out.tokens_since, second);
    EXPECT_TRUE(out.sign_ins.empty());
    EXPECT_GE(sign_in(), out.tokens_since);
}

TEST_F(QuestionsTest, SingleTokensEndAndTooManyOfThemEndAllOlderOnes) {
    const auto end = [&](Millis after) {
        return ask<bus::Account>(bus::AskChangeUser{.uid = kAnn, .ended_token = kStart + after});
    };
    for (std::size_t i = 0; i < limits::kEndedTokens; ++i) {
        EXPECT_EQ(end(Millis{10 * static_cast<int>(i)}).tokens_since, Time{});
    }
    EXPECT_EQ(end(Millis{5}).tokens_since, kStart + Millis{1});
    const auto states = ask<bus::AccountChangesAnswer>(bus::AskAccountChanges{.count = 10}).states;
    ASSERT_EQ(states.size(), 1U);
    EXPECT_EQ(states[0].ended_tokens.size(), limits::kEndedTokens);
}

TEST_F(QuestionsTest, AnErasedAccountStaysClosedUnderANameThatSaysSo) {
    const auto erased = ask<bus::Account>(bus::AskChangeUser{.uid = kAnn, .erase = true});
    EXPECT_EQ(erased.name, "erased user 11");
    EXPECT_TRUE(erased.disabled);
    EXPECT_EQ(erased.password_hash, "");
    EXPECT_EQ(refusal_of(bus::AskUserByName{.name_key = "ann"}), Code::not_found);
    EXPECT_EQ(refusal_of(bus::AskChangeUser{.uid = kAnn, .disabled = false}), Code::not_permitted);
    EXPECT_EQ(refusal_of(bus::AskChangeUser{.uid = kAnn, .password_hash = "x"}),
              Code::not_permitted);
    EXPECT_TRUE(ask<bus::Account>(bus::AskChangeUser{.uid = kAnn, .erase = true}).erased);
}

// Whatever comes between the looks of a Hello: what its log tells of already, its groups show.
TEST_F(QuestionsTest, AJoinDuringAHelloIsInItsGroupsOrStillToBeTold) {
    constexpr GroupId kFirst{71};
    constexpr GroupId kSecond{72};
    const auto join = [this](GroupId gid) {
        pb::UserLogEntry line;
        line.set_gid(gid.value);
        line.mutable_joined();
        events_ = {{.uid = kAnn, .entry = line.SerializeAsString()}};
        write(gid, {}, {{.uid = kAnn, .role = Role::member, .version = 1}});
    };
    join(kFirst);
    store_.meanwhile = [&] { join(kSecond); };
    const auto hello = ask<bus::HelloAnswer>(bus::AskHello{.uid = kAnn, .token_minted = kStart});
    EXPECT_FALSE(store_.meanwhile) << "nothing came between";
    EXPECT_EQ(hello.groups, (std::vector{kFirst, kSecond}));
    EXPECT_EQ(hello.user_log.entries_size(), 1);
}

TEST_F(QuestionsTest, HellosThatComeTogetherAreAnsweredAsEachAlone) {
    write(kBroadcastGroup, {UserId{}});
    write({71}, {},
          {{.uid = kAnn, .role = Role::member, .version = 1},
           {.uid = {99}, .role = Role::member, .version = 1}});
    const std::vector<bus::AskHello> asks{{.uid = kBob, .token_minted = kStart},
                                          {.uid = kAnn, .token_minted = kStart},
                                          {.uid = {99}, .token_minted = kStart},
                                          {.uid = kAnn, .token_minted = kStart - Millis{1}},
                                          {.uid = {98}, .token_minted = kStart}};
    const auto together = questions_.hellos(asks);
    ASSERT_EQ(together.size(), asks.size());
    std::vector<std::vector<GroupId>> groups;
    for (std::size_t i = 0; i < asks.size(); ++i) {
        ASSERT_TRUE(together[i]);
        const auto& one = std::get<bus::HelloAnswer>(*together[i]);
        const auto alone = ask<bus::HelloAnswer>(asks[i]);
        EXPECT_EQ(one.groups, alone.groups) << i;
        groups.push_back(one.groups);
    }
    // Two with announcements, also the disabled one: the gate keeps that from coming here. Two of
    // nobody.
    EXPECT_EQ(groups[0], std::vector<GroupId>{kBroadcastGroup});
    EXPECT_EQ(groups[1], (std::vector<GroupId>{kBroadcastGroup, {71}}));
    EXPECT_EQ(groups[2], std::vector<GroupId>{{71}});
    EXPECT_EQ(groups[4], std::vector<GroupId>{});
}

TEST_F(QuestionsTest, MembersArePagedByNameForMembersOnly) {
    constexpr GroupId kGroup{77};
    std::vector<MemberRow> rows{{.uid = kAnn, .role = Role::owner, .version = 1}};
    for (std::uint64_t i = 0; i < 25; ++i) {
        add_user({100 + i}, "carl" + std::to_string(100 + i));
        rows.push_back({.uid = {100 + i}, .role = Role::member, .version = 1});
    }
    rows.push_back({.uid = kBob, .version = 1, .pending = true});
    add_user({300}, "Mallory");
    rows.push_back({.uid = {300}, .version = 1, .banned = true});
    write(kGroup, {}, rows);
    bus::AskMembers question{.asker = kAnn};
    question.fetch.set_gid(kGroup.value);
    question.fetch.set_prefix("CARL");
    question.fetch.set_count(10);
    std::vector<std::string> names;
    do {
        const auto page = ask<pb::Members>(question);
        EXPECT_EQ(page.total(), 26U);
        for (const auto& member : page.members()) names.push_back(member.name());
        question.fetch.set_cursor(page.next());
    } while (!question.fetch.cursor().empty());
    EXPECT_EQ(names.size(), 25U);
    EXPECT_TRUE(std::ranges::is_sorted(names));

    question.fetch.Clear();
    question.fetch.set_gid(kGroup.value);
    question.fetch.set_pending(true);
    const auto waiting = ask<pb::Members>(question);
    ASSERT_EQ(waiting.members_size(), 1);
    EXPECT_EQ(waiting.members(0).name(), "Bob");
    question.asker = {100};
    EXPECT_EQ(refusal_of(question), Code::not_permitted);

    question.fetch.set_pending(false);
    question.fetch.set_banned(true);
    EXPECT_EQ(refusal_of(question), Code::not_permitted);
    question.asker = kAnn;
    const auto banned = ask<pb::Members>(question);
    ASSERT_EQ(banned.members_size(), 1);
    EXPECT_EQ(banned.members(0).name(), "Mallory");
    EXPECT_TRUE(banned.members(0).banned());
    question.asker = kBob;
    EXPECT_EQ(refusal_of(question), Code::not_found);
    question.fetch.set_gid(78);
    EXPECT_EQ(refusal_of(question), Code::not_found);
}

TEST_F(QuestionsTest, OperatorPagesThroughAccountsAndGroups) {
    write({77}, {kAnn});
    write({78}, {});
    const auto accounts = ask<std::vector<bus::Account>>(bus::AskAccounts{.prefix = "B"});
    ASSERT_EQ(accounts.size(), 1U);
    EXPECT_EQ(accounts[0].uid, kBob);
    EXPECT_EQ(accounts[0].created, kStart);
    const auto groups = ask<pb::Groups>(bus::AskGroups{.after = {77}, .count = 10});
    ASSERT_EQ(groups.groups_size(), 1);
    EXPECT_EQ(groups.groups(0).gid(), 78U);
}

}  // namespace
}  // namespace stentor::owner
