#include "store/archive/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "store/archive/full_record_test_kit.h"
#include "store/memory/memory_store.h"
#include "wire/pb.h"

namespace stentor::archive {
namespace {

using testing::HasSubstr;

std::string exported(store::Store& store) {
    std::ostringstream out;
    export_all(store, out, {.passwords = true});
    return out.str();
}

Counts imported(store::Store& store, const std::string& text) {
    std::istringstream in{text};
    return import_all(store, in);
}

std::string flaw(const std::string& text) {
    store::MemoryStore store;
    try {
        imported(store, text);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

// A record as rows, without the numbers that a store gives.
struct Rows {
    std::vector<store::UserRow> users;
    std::vector<store::AccountState> accounts;
    std::vector<std::string> own_logs;
    std::vector<std::pair<std::string, std::string>> settings;
    std::vector<std::pair<Time, std::string>> audit;
    std::vector<store::HeadRow> heads;
    std::vector<store::MemberRow> members;
    std::vector<std::string> entries;
    std::vector<store::SentRow> sent;
    std::vector<store::InviteRow> invites;
    std::vector<store::ReactionRow> reactions;
    std::vector<store::TallyRow> tallies;
    std::vector<store::ModerationRow> moderation;
    std::vector<Seq> hidden;
    std::vector<std::pair<Seq, std::string>> notes;
};

std::string without_number(const std::string& bytes) {
    pb::UserLogEntry line;
    EXPECT_TRUE(line.ParseFromString(bytes));
    line.clear_user_log_seq();
    if (line.has_note()) line.mutable_note()->clear_note_id();
    return line.SerializeAsString();
}

void read_people(store::Store& store, Rows& rows) {
    rows.users = store.users_by_name("", "", 100).value();
    const auto changes = store.account_changes(0, 100).value();
    for (const auto& change : changes.rows) {
        rows.accounts.push_back(change.state);
    }
    std::ranges::sort(rows.accounts, {}, &store::AccountState::uid);
    for (const store::UserRow& user : rows.users) {
        const auto page = store.user_log(user.uid, 0, 200).value();
        for (const std::string& line : page.entries) {
            rows.own_logs.push_back(without_number(line));
        }
    }
    const auto settings = store.settings("").value();
    for (const auto& each : settings) {
        if (!each.name.starts_with("hook/")) rows.settings.emplace_back(each.name, each.value);
    }
    const auto audit = store.audit(0, 10'000).value();
    for (const auto& row : audit) {
        rows.audit.emplace_back(row.time, row.text);
    }
}

void read_member(store::Store& store, GroupId gid, UserId uid, Seq last, Rows& rows) {
    std::ranges::copy(store.reactions_of(gid, uid, {1}, last).value(),
                      std::back_inserter(rows.reactions));
    std::ranges::copy(store.hidden(gid, uid, {1}, last).value(), std::back_inserter(rows.hidden));
    const auto notes = store.notes(gid, uid, {}, last).value();
    for (const auto& row : notes) {
        pb::Note note;
        EXPECT_TRUE(note.ParseFromString(row.note));
        EXPECT_EQ(note.note_id(), row.user_log_seq);
        rows.notes.emplace_back(row.anchor, note.text());
    }
}

Rows rows_of(store::Store& store) {
    Rows rows;
    read_people(store, rows);
    const auto groups = store.groups({}, 100).value();
    for (const auto& [gid, head] : groups) {
        rows.heads.push_back(head);
        rows.heads.back().version = 0;
        rows.heads.back().term = {};
        const auto members = store.members(gid, {}, 100).value();
        rows.members.insert(rows.members.end(), members.begin(), members.end());
        for (const LogEntry& entry : store::read_log(store, gid)) {
            rows.entries.push_back(*entry.bytes + std::string{entry.digest.view()});
        }
        auto sent = store.sent_since(gid, {}, 1'000).value();
        std::ranges::sort(sent, {}, [](const store::SentRow& row) { return row.cmid.view(); });
        rows.sent.insert(rows.sent.end(), sent.begin(), sent.end());
        std::ranges::copy(store.invites(gid, "", 100).value(), std::back_inserter(rows.invites));
        const auto moderation = store.moderation(gid, 0, 100).value();
        for (store::ModerationRow row : moderation) {
            row.number = 0;
            rows.moderation.push_back(std::move(row));
        }
        std::ranges::copy(store.tallies(gid, {1}, head.seq).value(),
                          std::back_inserter(rows.tallies));
        for (const auto& row : members) read_member(store, gid, row.uid, head.seq, rows);
    }
    return rows;
}

// The history that was exported ends where the copy's own begins.
void end_history(std::vector<store::HeadRow>& heads, Epoch next) {
    for (store::HeadRow& head : heads) {
        head.forks.push_back({.epoch = head.epoch, .seq = head.seq});
        head.epoch = next;
    }
}

TEST(Records, AnImportHoldsEveryRowOfWhatWasExported) {
    every_field_is_known();
    store::MemoryStore store;
    fill(store);
    store::MemoryStore copy;
    const Counts counts = imported(copy, exported(store));
    EXPECT_EQ(counts, (Counts{.users = 3, .groups = 3, .members = 3, .entries = 301 + 11 + 1}));

    Rows from = rows_of(store);
    const Rows to = rows_of(copy);
    EXPECT_EQ(copy.epoch(), Epoch{5}) << "above the exported one";
    end_history(from.heads, copy.epoch().value());
    EXPECT_EQ(to.heads, from.heads);
    EXPECT_EQ(to.users, from.users);
    EXPECT_EQ(to.accounts, from.accounts);
    EXPECT_EQ(to.own_logs, from.own_logs);
    EXPECT_EQ(to.settings, from.settings);
    EXPECT_EQ(to.audit, from.audit);
    EXPECT_EQ(to.members, from.members);
    EXPECT_EQ(to.entries, from.entries);
    EXPECT_EQ(to.sent, from.sent);
    EXPECT_EQ(to.invites, from.invites);
    EXPECT_EQ(to.reactions, from.reactions);
    EXPECT_EQ(to.tallies, from.tallies);
    EXPECT_EQ(to.moderation, from.moderation);
    EXPECT_EQ(to.hidden, from.hidden);
    EXPECT_EQ(to.notes, from.notes);

    for (const std::size_t each :
         {from.users.size(), from.accounts.size(), from.settings.size(), from.members.size(),
          from.sent.size(), from.invites.size(), from.reactions.size(), from.tallies.size(),
          from.moderation.size(), from.hidden.size(), from.notes.size()}) {
        EXPECT_GT(each, 0U) << "a kind of row that this test does not write";
    }
    EXPECT_EQ(from.own_logs.size(), 6U);
    EXPECT_EQ(from.audit.size(), 1'005U);
}

TEST(Records, AnImportGivesNoNumberOfTheExportedRecordAgain) {
    store::MemoryStore store;
    fill(store);
    store::MemoryStore copy;
    std::istringstream in{exported(store)};
    import_all(copy, in, {77});
    EXPECT_EQ(copy.epoch(), Epoch{77});
    const std::uint64_t theirs = store.user_log_heads(std::vector<UserId>{{6}})->at(0);
    EXPECT_TRUE(copy.user_log({6}, theirs, 10)->reset);
    const auto feed = copy.feed(store.feed(0, 100)->rows.at(1).number, 10);
    ASSERT_FALSE(feed);
    EXPECT_EQ(feed.error().code, Code::epoch_changed);
}

TEST(Records, AnImportThatTakesLongIsAskedNowAndThenAndEndsWhereItIsToldTo) {
    std::string text = R"({"kind":"stentor-export","version":2,"epoch":1})";
    const std::string line =
        "\n{\"kind\":\"audit\",\"time_ms\":1,\"text\":\"" + std::string(100'000, 'x') + R"("})";
    for (int n = 0; n < 50; ++n) text += line;
    std::vector<std::uint64_t> asked_at;
    const Between between = [&](std::uint64_t bytes_read) {
        asked_at.push_back(bytes_read);
        if (bytes_read > 3'000'000) throw std::runtime_error{"no room"};
    };
    store::MemoryStore store;
    std::istringstream in{text};
    EXPECT_THROW(import_all(store, in, {}, between), std::runtime_error);
    EXPECT_THAT(asked_at, testing::SizeIs(3));
    EXPECT_LT(asked_at.back(), 3'400'000U) << "a MiB and the rest of a line after the second";
}

// More lines than a log keeps: what the first ones placed is exported beside the log.
TEST(Records, WhatAFullLogNoLongerTellsIsKeptAsWell) {
    store::MemoryStore store;
    add_user(store, 6, "bob");
    store::Scribe tea{{7}};
    store::Commit first = tea.next(40);
    first.members = {store::member_row({6})};
    first.members[0].overlay = true;
    write(store, tea, first);
    for (std::size_t i = 0; i < limits::kUserLog + 5; i += 5) {
        store::Commit told = tea.next(0);
        for (std::size_t n = i; n < i + 5; ++n) {
            pb::UserLogEntry note;
            note.mutable_note()->set_text("note " + std::to_string(n));
            note.mutable_note()->set_anchor_seq(n % 40 + 1);
            told.user_events.push_back(
                {.uid = {6}, .entry = own_line({7}, note), .note = true, .anchor = {n % 40 + 1}});
        }
        write(store, tea, told);
    }
    store::MemoryStore copy;
    imported(copy, exported(store));
    std::size_t notes = 0;
    for (std::uint64_t seq = 1; seq <= 40; ++seq) {
        const auto from = store.notes({7}, {6}, {seq}, {seq}).value();
        const auto to = copy.notes({7}, {6}, {seq}, {seq}).value();
        ASSERT_EQ(to.size(), from.size()) << seq;
        notes += to.size();
        for (std::size_t i = 0; i < to.size(); ++i) {
            pb::Note theirs;
            pb::Note ours;
            ASSERT_TRUE(theirs.ParseFromString(from[i].note) && ours.ParseFromString(to[i].note));
            EXPECT_EQ(ours.text(), theirs.text());
        }
    }
    EXPECT_EQ(notes, limits::kUserLog + 5);
}

TEST(Records, PasswordsStayUnlessTheyAreAskedFor) {
    store::MemoryStore store;
    fill(store);
    std::ostringstream out;
    export_all(store, out, {});
    EXPECT_THAT(out.str(), testing::Not(HasSubstr("argon2")));
}

TEST(Records, ACutOrChangedFileIsToldWithItsLine) {
    store::MemoryStore store;
    fill(store);
    const std::string text = exported(store);
    EXPECT_THAT(flaw(text.substr(0, text.rfind("{\"kind\":\"end\""))), HasSubstr("cut off"));
    EXPECT_THAT(flaw("{}\n"), HasSubstr("line 1: kind is missing"));
    EXPECT_THAT(flaw("nothing\n"), HasSubstr("line 1: no JSON object"));

    std::istringstream in{text};
    std::string without;
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        if (++number != 20) without += line + '\n';
    }
    EXPECT_THAT(flaw(without), HasSubstr("line 20: seq does not follow"));

    std::string changed = text;
    const std::size_t digest = changed.find("\"digest\":\"") + 10;
    changed[digest] = changed[digest] == 'A' ? 'B' : 'A';
    EXPECT_THAT(flaw(changed), HasSubstr("do not lead to its digest"));
}

TEST(Records, WhatIsThereAlreadyIsNotWrittenOver) {
    store::MemoryStore store;
    fill(store);
    const std::string text = exported(store);
    EXPECT_THROW(imported(store, text), std::runtime_error);
    const std::string again = exported(store);
    const auto rest = [](const std::string& all) {
        static const std::regex told_in{R"("epoch":\d+,"forks":\[[^ "]*\],)"};
        return std::regex_replace(all.substr(all.find('\n')), told_in, "");
    };
    EXPECT_EQ(rest(again), rest(text)) << "all but the epoch";
}

}  // namespace
}  // namespace stentor::archive
