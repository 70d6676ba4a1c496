// How much one question may cost, and how much of an answer is told.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.h"
#include "owner/questions.h"
#include "store/memory/memory_store.h"
#include "store/search/search.h"

namespace stentor::owner {
namespace {

using store::MemberRow;
using store::Role;

constexpr GroupId kGroup{77};
constexpr UserId kAnn{1};
constexpr UserId kBob{2};
constexpr Time kNow = from_ms(1'700'000'000'000);

class QuestionsLimits : public testing::Test {
protected:
    QuestionsLimits() {
        head_ = {
            .epoch = {1}, .term = {1}, .digest = genesis(kGroup), .floor_digest = genesis(kGroup)};
    }
    static MemberRow row(UserId uid) {
        return {.uid = uid, .role = Role::member, .read = {1}, .version = 1};
    }
    // Entries of Ann's, in commits of a size that stores take.
    void write(std::size_t entries, std::vector<MemberRow> rows = {}, UserId sender = kAnn) {
        store::Commit commit{.gid = kGroup, .term = {1}, .members = std::move(rows)};
        for (std::size_t i = 0; i < entries && i < limits::kCommitEntries; ++i) {
            pb::Entry entry;
            entry.set_seq(head_.seq.value + 1);
            entry.set_sender(sender.value);
            entry.set_cmid(std::string(16, 'c'));
            entry.set_kind(pb::ENTRY_KIND_POST);
            entry.set_ordinal(head_.seq.value + 1);
            commit.entries.push_back(log_entry(entry, head_.digest));
            head_.digest = commit.entries.back().digest;
            ++head_.seq;
        }
        head_.ordinal = head_.seq.value;
        head_.members += commit.members.size();
        commit.expected = head_.version++;
        commit.head = head_;
        ASSERT_EQ(store_.commit({&commit, 1})[0], store::Outcome::done);
        if (entries > commit.entries.size()) write(entries - commit.entries.size(), {}, sender);
    }
    template <class T>
    T ask(const bus::Question& question) {
        auto reply = Questions{store_}.answer(question);
        EXPECT_TRUE(reply);
        return reply ? std::get<T>(std::move(*reply)) : T{};
    }

    store::MemoryStore store_;
    store::HeadRow head_;
};

// A group of just so many may be allowed by the operator, so it must be answered, too.
TEST_F(QuestionsLimits, WhoReadLooksAtSoManyRows) {
    bus::AskWhoRead question{.asker = kAnn};
    question.who_read.set_gid(kGroup.value);
    question.who_read.set_epoch(1);
    question.who_read.set_seq(1);
    std::vector<MemberRow> rows;
    for (std::uint64_t uid = 1; uid <= limits::kWhoReadRows; ++uid) rows.push_back(row({uid}));
    write(1, std::move(rows));
    Questions questions{store_, nullptr, nullptr, limits::kWhoReadRows};
    const auto all = questions.answer(question);
    ASSERT_TRUE(all);
    EXPECT_EQ(std::get<pb::Readers>(*all).count(), limits::kWhoReadRows - 1);

    // One who left: no member, but a row.
    MemberRow former = row({limits::kWhoReadRows + 1});
    former.role = Role::none;
    write(0, {former});
    head_.members = limits::kWhoReadRows;
    write(0);
    const auto refused = questions.answer(question);
    ASSERT_FALSE(refused);
    EXPECT_EQ(
        refused.error(),
        (Error{.code = Code::unsupported, .where = "members", .limit = limits::kWhoReadRows}));
}

TEST_F(QuestionsLimits, WhatAUserWroteIsLookedForInSoManyEntriesAtOnce) {
    ASSERT_TRUE(store_.add_user({.uid = kBob, .name = "Bob", .name_key = "bob"}));
    write(limits::kWrittenLooks, {row(kBob)});
    EXPECT_FALSE(ask<bus::WrittenAnswer>(bus::AskWritten{.uid = kBob}).next) << "read to its end";
    write(1, {}, kBob);
    const auto first = ask<bus::WrittenAnswer>(bus::AskWritten{.uid = kBob});
    EXPECT_TRUE(first.entries.empty());
    ASSERT_TRUE(first.next);
    EXPECT_EQ(first.next->seq, Seq{limits::kWrittenLooks + 1});
    const auto second = ask<bus::WrittenAnswer>(bus::AskWritten{.uid = kBob, .from = *first.next});
    ASSERT_EQ(second.entries.size(), 1U);
    EXPECT_EQ(second.entries[0].seq, Seq{limits::kWrittenLooks + 1});
}

// One's own do not count, however many stand above the last that one read: they are looked at, and
// what stands below so many of them is 99+.
TEST_F(QuestionsLimits, ACountLooksAtSoManyEntries) {
    ASSERT_TRUE(store_.add_user({.uid = kAnn, .name = "Ann", .name_key = "ann"}));
    const auto unread = [&] {
        const auto groups = ask<pb::Groups>(bus::AskList{.uid = kAnn});
        return groups.groups_size() == 1 ? groups.groups(0).unread() : 0;
    };
    MemberRow ann = row(kAnn);
    ann.read = {};
    write(1, {ann}, kBob);
    write(limits::kUnreadScan - 1);
    EXPECT_EQ(unread(), 1U);
    write(1);
    EXPECT_EQ(unread(), limits::kUnreadCap);
}

TEST_F(QuestionsLimits, SoManySignInsOfAUserAreKept) {
    ASSERT_TRUE(store_.add_user({.uid = kAnn, .name = "Ann", .name_key = "ann"}));
    const auto sign_in = [&] {
        return ask<bus::Account>(
            bus::AskChangeUser{.uid = kAnn, .signed_in = bus::SignIn{.minted = kNow}});
    };
    const Time first = sign_in().sign_ins.front().minted;
    for (std::size_t i = 2; i < limits::kSignInsKept; ++i) sign_in();
    auto kept = sign_in().sign_ins;
    EXPECT_EQ(kept.size(), limits::kSignInsKept);
    EXPECT_EQ(kept.front().minted, first);
    kept = sign_in().sign_ins;
    EXPECT_EQ(kept.size(), limits::kSignInsKept);
    EXPECT_GT(kept.front().minted, first) << "the oldest went";
}

TEST_F(QuestionsLimits, PagesEndWhereTheirSizeSays) {
    std::vector<store::AuditRow> rows(limits::kAuditPage + 1);
    for (store::AuditRow& row : rows) row = {.time = kNow, .text = "{}"};
    ASSERT_TRUE(store_.add_audit(rows));
    EXPECT_EQ(ask<std::vector<bus::AuditEntry>>(bus::AskAudit{.count = 1'000'000}).size(),
              limits::kAuditPage);

    for (std::size_t i = 0; i <= limits::kFeedRowsPerPage; ++i) write(1);
    EXPECT_EQ(ask<bus::FeedAnswer>(bus::AskFeed{.count = 1'000'000}).rows.size(),
              limits::kFeedRowsPerPage);
}

TEST_F(QuestionsLimits, ASettingHasABound) {
    const auto set = [&](std::size_t bytes) {
        return Questions{store_}.answer(
            bus::AskSetSetting{.name = "a", .value = std::string(bytes, 'x')});
    };
    EXPECT_TRUE(set(limits::kSettingBytes));
    const auto refused = set(limits::kSettingBytes + 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(),
              (Error{.code = Code::bad_field, .where = "value", .limit = limits::kSettingBytes}));
}

TEST_F(QuestionsLimits, ASettingIsReplacedOnlyWhereItIsWhatItsWriterRead) {
    const auto set = [&](const std::string& value, const std::string& former) {
        return Questions{store_}
            .answer(bus::AskSetSetting{.name = "place", .value = value, .former = former})
            .has_value();
    };
    EXPECT_FALSE(set("2", "1"));
    EXPECT_TRUE(set("1", ""));
    EXPECT_FALSE(set("2", ""));
    EXPECT_TRUE(set("2", "1"));
    const auto refused =
        Questions{store_}.answer(bus::AskSetSetting{.name = "place", .value = "3", .former = "1"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::revision_changed);
    EXPECT_EQ(store_.setting("place").value(), "2");
}

class AllFound final : public search::Search {
public:
    Result<std::vector<Seq>> find(const search::Wanted& wanted) override {
        std::vector<Seq> found;
        for (Seq seq = std::min(wanted.before, newest + 1) - 1;
             seq > wanted.floor && found.size() < wanted.count_max; seq = seq - 1) {
            found.push_back(seq);
        }
        return found;
    }
    Seq newest;
};

TEST_F(QuestionsLimits, APageOfASearchHasARestOnlyWhereItIsFull) {
    AllFound words;
    words.newest = {limits::kSearchPage + 1};
    write(limits::kSearchPage + 1, {row(kAnn)});
    Questions questions{store_, &words};
    bus::AskSearch question{.asker = kAnn};
    question.search.set_gid(kGroup.value);
    question.search.set_words("tea");
    const auto page = [&] {
        const auto reply = questions.answer(question);
        EXPECT_TRUE(reply);
        return reply ? std::get<pb::FoundEntries>(*reply) : pb::FoundEntries{};
    };
    const pb::FoundEntries first = page();
    EXPECT_EQ(static_cast<std::size_t>(first.entries_size()), limits::kSearchPage);
    question.search.set_cursor(first.next());
    const pb::FoundEntries second = page();
    ASSERT_EQ(second.entries_size(), 1);
    EXPECT_EQ(second.entries(0).seq(), 1U);
    EXPECT_EQ(second.next(), "");
}

}  // namespace
}  // namespace stentor::owner
