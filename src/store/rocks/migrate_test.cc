// A record that version 0.1.0 wrote (tests/data/record-0.1.0), opened by the engine of today.

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "base/temporary_folder_test_kit.h"
#include "store/conformance.h"
#include "store/rocks/engine.h"
#include "store/rocks/reading.h"
#include "store/rocks/rocks_store.h"
#include "store/rocks/rows.h"
#include "store/rocks/verify.h"
#include "wire/pb.h"

namespace stentor::store {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr GroupId kGroup{3'317'792'194'016'080};
constexpr GroupId kDirect{6'184'719'395'823'940};
constexpr UserId kAnn{1'054'923'829'447};
constexpr UserId kBob{568'843'658'273};
constexpr UserId kCho{666'729'111'727};

class OldRecord : public testing::Test {
protected:
    OldRecord() {
        fs::copy(fs::path{STENTOR_TEST_DATA} / "record-0.1.0" / "store", path());
        store_ = open_rocks({.path = path()}).value();
    }

    [[nodiscard]] std::string path() const { return (place_ / "store").string(); }
    void reopen() {
        store_.reset();
        store_ = open_rocks({.path = path()}).value();
    }
    // Into the table "default" of a record that nobody has open.
    void write_raw(const std::function<void(rocksdb::WriteBatch&)>& change) const {
        std::vector<std::string> names;
        ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, path(), &names).ok());
        std::vector<rocksdb::ColumnFamilyDescriptor> tables;
        for (const std::string& name : names) tables.push_back({name, {}});
        std::vector<rocksdb::ColumnFamilyHandle*> handles;
        rocksdb::DB* raw = nullptr;
        ASSERT_TRUE(rocksdb::DB::Open({}, path(), tables, &handles, &raw).ok());
        const std::unique_ptr<rocksdb::DB> db{raw};
        rocksdb::WriteBatch batch;
        change(batch);
        ASSERT_TRUE(db->Write({}, &batch).ok());
        for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
    }
    [[nodiscard]] std::vector<std::string> findings() {
        store_.reset();
        return verify_record(path(), {.deep = true, .progress = {}}).value().findings;
    }
    [[nodiscard]] std::vector<UserId> listed(Listed whom) {
        std::vector<UserId> uids;
        const auto rows = store_->members_by_name(kGroup, "", {}, whom, 10).value();
        for (const NamedMember& one : rows) uids.push_back(one.row.uid);
        return uids;
    }

    TemporaryFolder place_;
    std::unique_ptr<Store> store_;
};

TEST_F(OldRecord, HoldsEverything) {
    const std::vector<LogEntry> log = read_log(*store_, kGroup);
    std::uint64_t posts = 0;
    for (const LogEntry& entry : log) {
        posts += entry.countable ? 1 : 0;
        if (!entry.cmid.view().empty() && entry.countable) {
            EXPECT_TRUE(store_->sent(kGroup, entry.sender, entry.cmid)->has_value());
        }
    }
    EXPECT_EQ(posts, 12U);
    EXPECT_EQ(store_->memberships(kBob, 10)->size(), 2U);
    EXPECT_EQ(read_log(*store_, kDirect).size(), 1U);
    EXPECT_EQ(store_->member(kGroup, kCho)->value().read, Seq{9});
    EXPECT_EQ(store_->member(kGroup, kCho)->value().put_out, Time{});
    EXPECT_THAT(
        store_->reactions_to(kGroup, {3}, "👍", {}, 10).value(),
        ElementsAre(ReactionRow{kBob, {3}, "👍", true}, ReactionRow{kCho, {3}, "👍", true}));
    EXPECT_EQ(store_->tallies(kGroup, {3}, {3})->size(), 1U);
    EXPECT_THAT(store_->hidden(kGroup, kBob, {1}, {12}).value(), ElementsAre(Seq{4}));
    EXPECT_EQ(store_->notes(kGroup, kBob, {}, {20})->size(), 1U);
    const auto invites = store_->invites(kGroup, "", 10).value();
    ASSERT_EQ(invites.size(), 1U);
    EXPECT_EQ(invites[0].uses_left, 5U);
    EXPECT_EQ(invites[0].made, Time{});
    EXPECT_FALSE(store_->settings("")->empty()) << "the key";
    EXPECT_FALSE(store_->user(kAnn)->value().disabled);
    EXPECT_THAT(findings(), IsEmpty());
}

// A backup is looked at before it is restored, and must not be called damaged for its age.
TEST_F(OldRecord, IsVerifiedAsWhatItIsAndAgainOnceItIsBroughtToTheNewestForm) {
    store_.reset();
    fs::remove_all(path());
    fs::copy(fs::path{STENTOR_TEST_DATA} / "record-0.1.0" / "store", path());
    for (const bool earlier : {true, false}) {
        const auto report = verify_record(path(), {.deep = true, .progress = {}}).value();
        EXPECT_THAT(report.findings, IsEmpty());
        EXPECT_EQ(report.earlier_form, earlier);
        EXPECT_EQ(report.counts.users, 3U);
        reopen();
        store_.reset();
    }
}

TEST_F(OldRecord, DamageInItIsFoundAllTheSame) {
    store_.reset();
    fs::remove_all(path());
    fs::copy(fs::path{STENTOR_TEST_DATA} / "record-0.1.0" / "store", path());
    const auto refused = open_rocks_to_read(path());
    ASSERT_FALSE(refused);
    EXPECT_THAT(std::string{refused.error().where}, testing::HasSubstr("restore it"));
    write_raw([](rocksdb::WriteBatch& batch) {
        batch.DeleteRange(keys::named_like(kGroup, Listed::members, ""),
                          keys::after(keys::named_like(kGroup, Listed::members, "")));
        batch.Delete(keys::membership(kBob, kDirect));
    });
    const std::string group = "group " + std::to_string(kGroup.value);
    const std::string direct = "group " + std::to_string(kDirect.value);
    EXPECT_THAT(findings(),
                testing::UnorderedElementsAre(
                    group + ": its list of names is not that of its members",
                    direct + ": its members' own lists of groups differ from its members"));
}

TEST_F(OldRecord, GetsTheIndexesThatThereWereNot) {
    for (int i = 0; i < 2; ++i) {
        const AccountChanges changes = store_->account_changes(0, 10).value();
        ASSERT_EQ(changes.rows.size(), 1U);
        EXPECT_EQ(changes.rows[0].state.uid, kCho);
        EXPECT_TRUE(changes.rows[0].state.closed);
        EXPECT_THAT(listed(Listed::staff), ElementsAre(kAnn));
        reopen();
    }
}

// Version 0.1.0 folded names by ASCII's letters alone.
TEST_F(OldRecord, FindsMembersInAnyScriptByTheirFoldedNames) {
    UserRow ivan{.uid = {77}, .name = "Иван", .name_key = "Иван", .password = "p"};
    ASSERT_TRUE(store_->add_user(ivan));
    store_.reset();
    write_raw([](rocksdb::WriteBatch& batch) {
        MemberRow row{.uid = {77}, .role = Role::member, .version = 1};
        batch.Put(keys::member(kGroup, row.uid), rows::encode(row));
        std::string old = keys::named(kGroup, Listed::members, "", row.uid);
        old.insert(old.size() - 9, "Иван");
        batch.Put(old, "Иван");
        batch.Put(keys::meta("format"), rows::encode(std::uint64_t{2}));
    });
    store_ = open_rocks({.path = path()}).value();
    const auto found = store_->members_by_name(kGroup, "иван", {}, Listed::members, 10).value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].name, "Иван");
    EXPECT_THAT(listed(Listed::members), Contains(kAnn));
    const auto all = store_->members_by_name(kGroup, "", {}, Listed::members, 10).value();
    EXPECT_EQ(std::ranges::count(all, "Иван", &NamedMember::name), 1) << "the old row is gone";
}

// So did what came before the newest form, for accounts.
TEST_F(OldRecord, FindsAccountsInAnyScriptByTheirFoldedNames) {
    for (const std::uint64_t from : {std::uint64_t{2}, std::uint64_t{3}}) {
        const std::string name = from == 2 ? "Иван" : "Яна";
        ASSERT_TRUE(store_->add_user({.uid = {70 + from}, .name = name, .name_key = name}));
        const AccountChanges changes = store_->account_changes(0, 10).value();
        store_.reset();
        write_raw([&](rocksdb::WriteBatch& batch) {
            batch.Delete(keys::folded_name(name));
            batch.Put(keys::meta("format"), rows::encode(from));
        });
        store_ = open_rocks({.path = path()}).value();
        EXPECT_EQ(store_->user_by_name(name)->value().uid, UserId{70 + from});
        const std::string like = from == 2 ? "иВ" : "яН";
        EXPECT_EQ(store_->users_by_name(like, "", 10)->size(), 1U);
        EXPECT_EQ(store_->account_changes(0, 10)->head, changes.head);
        EXPECT_THAT(findings(), IsEmpty());
        reopen();
    }
}

TEST_F(OldRecord, TakesMore) {
    const Term term = store_->next_term().value();
    const HeadRow before = store_->take_head(kGroup, term).value();
    Commit next{.gid = kGroup, .term = term, .expected = before.version, .head = before};
    ++next.head.version;
    pb::Entry entry;
    entry.set_seq((++next.head.seq).value);
    entry.set_sender(kAnn.value);
    entry.set_cmid(std::string{cmid_at(before.time, 1).view()});
    entry.set_kind(pb::ENTRY_KIND_POST);
    entry.set_time_ms(to_ms(before.time));
    entry.set_ordinal(++next.head.ordinal);
    entry.set_body("one more");
    next.entries = {log_entry(entry, before.digest)};
    next.head.digest = next.entries[0].digest;
    MemberRow cho = store_->member(kGroup, kCho)->value();
    ++cho.version;
    cho.put_out = kNoon;
    next.members = {cho};
    ASSERT_EQ(store_->commit({&next, 1})[0], Outcome::done);
    reopen();
    EXPECT_EQ(read_log(*store_, kGroup).back().digest, next.head.digest);
    EXPECT_EQ(store_->member(kGroup, kCho)->value(), cho);
    EXPECT_THAT(findings(), IsEmpty());
}

}  // namespace
}  // namespace stentor::store
