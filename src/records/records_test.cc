#include "records/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>
#include <string>

#include "store/conformance.h"
#include "store/memory/memory_store.h"
#include "wire/pb.h"

namespace stentor::records {
namespace {

using store::Outcome;
using testing::HasSubstr;

void add_user(store::Store& store, std::uint64_t uid, const std::string& name) {
    ASSERT_TRUE(store.add_user({.uid = {uid},
                                .name = name,
                                .name_key = name,
                                .password = "argon2 of " + name,
                                .created = store::kNoon}));
}

void write(store::Store& store, store::Scribe& scribe, const store::Commit& commit) {
    ASSERT_EQ(store.commit({&commit, 1})[0], Outcome::done);
    scribe.accept(commit);
}

// Two groups, one of which has dropped its oldest, with everything beside the log.
void fill(store::Store& store) {
    add_user(store, 5, "ann");
    add_user(store, 6, "bob");
    store::Scribe tea{{7}};
    store::Commit first = tea.next(300);
    first.members = {store::member_row({5}), store::member_row({6})};
    first.members[1].overlay = true;
    write(store, tea, first);
    write(store, tea, tea.edit({3}));

    store::Commit beside = tea.next(1);
    pb::UserLogEntry hide;
    hide.mutable_hidden()->add_seqs(4);
    pb::UserLogEntry note;
    note.mutable_note()->set_text("only you");
    beside.user_events = {
        {.uid = {6}, .entry = hide.SerializeAsString(), .hidden = {{4}}},
        {.uid = {6}, .entry = note.SerializeAsString(), .note = true, .anchor = {9}}};
    beside.reactions = {{.uid = {6}, .seq = {2}, .emoji = "👍"}};
    beside.tallies = {{.seq = {2}, .counts = {{"👍", 1}}}};
    write(store, tea, beside);

    store::Scribe coffee{{8}};
    write(store, coffee, coffee.next(20));
    store::Commit drop = coffee.next(1);
    drop.head.floor = {10};
    drop.head.floor_digest = coffee.log()[9].digest;
    write(store, coffee, drop);
}

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

TEST(Records, AnImportIsTheSameRecordAgain) {
    store::MemoryStore store;
    fill(store);
    const std::string text = exported(store);

    store::MemoryStore copy;
    const Counts counts = imported(copy, text);
    EXPECT_EQ(counts, (Counts{.users = 2, .groups = 2, .members = 2, .entries = 301 + 11}));
    EXPECT_EQ(exported(copy), text);
    EXPECT_EQ(copy.hidden({7}, {6}, {1}, {300}).value(), std::vector<Seq>{{4}});
    EXPECT_EQ(copy.head({8})->floor, Seq{10});
    EXPECT_EQ(copy.head({8})->digest, store.head({8})->digest);
    EXPECT_EQ(store::read_log(copy, {7}).size(), 301U);
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
    EXPECT_EQ(exported(store), text);
}

}  // namespace
}  // namespace stentor::records
