#include "store/rocks/verify.h"

#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/limits.h"
#include "base/temporary_folder_test_kit.h"
#include "store/conformance.h"
#include "store/damage.h"
#include "store/rocks/keys.h"
#include "store/rocks/reading.h"
#include "store/rocks/rocks_store.h"
#include "store/rocks/rows.h"

namespace stentor::store {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr GroupId kGroup{258};

fs::path largest_table(const fs::path& record) {
    fs::path largest;
    for (const auto& file : fs::directory_iterator{record}) {
        if (file.path().extension() != ".sst") continue;
        if (largest.empty() || fs::file_size(largest) < file.file_size()) largest = file.path();
    }
    return largest;
}

void flip_bytes(const fs::path& file, std::uint64_t at) {
    std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes << "flipped";
}

class Verify : public testing::Test {
protected:
    Verify() { fill(); }

    void fill() {
        auto store = open_rocks({.path = path()}).value();
        for (const std::uint64_t uid : {3U, 4U}) {
            const std::string name = "n" + std::to_string(uid);
            ASSERT_TRUE(store->add_user({{uid}, name, name, "p", kNoon}));
        }
        Scribe scribe{kGroup};
        Commit next = scribe.next(300, 200);
        next.members = {member_row({3}), member_row({4})};
        next.members[0].role = Role::admin;
        next.head.members = 2;
        next.reactions = {{{3}, {7}, "+", true}, {{4}, {7}, "+", true}};
        next.tallies = {{{7}, {{"+", 2}}}};
        next.user_events = {{.uid = {3}}, {.uid = {3}}};
        ASSERT_EQ(store->commit({&next, 1})[0], Outcome::done);
        UserRow closed = store->user({4})->value();
        closed.disabled = true;
        ASSERT_TRUE(put_user(*store, closed));
    }
    [[nodiscard]] std::string path() const { return (place_ / "store").string(); }
    [[nodiscard]] std::vector<std::string> findings(bool deep = false) const {
        return verify_record(path(), {.deep = deep, .progress = {}}).value().findings;
    }

    // Behind the engine's back.
    void with(
        const std::string& table,
        const std::function<void(rocksdb::WriteBatch&, rocksdb::ColumnFamilyHandle*)>& change) {
        std::vector<std::string> names;
        ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, path(), &names).ok());
        std::vector<rocksdb::ColumnFamilyDescriptor> tables;
        for (const std::string& name : names)
            tables.emplace_back(name, rocksdb::ColumnFamilyOptions{});
        std::vector<rocksdb::ColumnFamilyHandle*> handles;
        rocksdb::DB* raw = nullptr;
        ASSERT_TRUE(rocksdb::DB::Open({}, path(), tables, &handles, &raw).ok());
        const std::unique_ptr<rocksdb::DB> db{raw};
        rocksdb::WriteBatch batch;
        for (rocksdb::ColumnFamilyHandle* handle : handles) {
            if (handle->GetName() == table) change(batch, handle);
        }
        ASSERT_TRUE(db->Write({}, &batch).ok());
        for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
    }
    void drop(const std::string& table, const std::string& key) {
        with(table, [&](auto& batch, auto* handle) { batch.Delete(handle, key); });
    }
    void put(const std::string& table, const std::string& key, const std::string& value) {
        with(table, [&](auto& batch, auto* handle) { batch.Put(handle, key, value); });
    }

    TemporaryFolder place_;
};

TEST_F(Verify, AGoodRecordHasNoFindingsAndIsNotTouched) {
    const auto report = verify_record(path(), {.deep = true, .progress = {}}).value();
    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_EQ(report.counts.entries, 300U);
    EXPECT_EQ(report.counts.groups, 1U);
    EXPECT_EQ(report.counts.members, 2U);
    EXPECT_EQ(report.counts.users, 2U);
    EXPECT_FALSE(report.in_use);
}

TEST_F(Verify, LooksAtTheFolderOfARunningServer) {
    const auto running = open_rocks({.path = path()});
    ASSERT_TRUE(running);
    EXPECT_THAT(findings(true), IsEmpty());
}

TEST_F(Verify, SaysThatThereIsNothingToLookAt) {
    EXPECT_FALSE(verify_record((place_ / "nothing").string(), {}));
    EXPECT_FALSE(fs::exists(place_ / "nothing"));
}

TEST_F(Verify, TheLineOfTheLogSaysWhichRowIsDamaged) {
    put("default", keys::head(kGroup), "no head");
    const auto store = open_rocks({.path = path()}).value();
    testing::internal::CaptureStderr();
    EXPECT_FALSE(store->head(kGroup));
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                testing::HasSubstr("row=head key=\"H " + std::to_string(kGroup.value) + '"'));
}

TEST_F(Verify, ADamagedPlaceIsNotedOnceAndWhoWaitsForItComesAgainLater) {
    put("entry", keys::entry(kGroup, {17}), "no entry");
    const auto store = open_rocks({.path = path()}).value();
    const std::uint64_t places = damage().places();
    const std::uint64_t reads = damage().reads();
    for (int i = 0; i < 3; ++i) {
        const auto page = store->entries(kGroup, {10}, 20);
        ASSERT_FALSE(page);
        EXPECT_EQ(page.error().code, Code::store_unavailable);
        EXPECT_EQ(page.error().where, "damaged");
        EXPECT_GE(page.error().retry_after_ms, 60'000U);
    }
    EXPECT_LE(damage().places(), places + 1);
    EXPECT_GE(damage().places(), 1U);
    EXPECT_EQ(damage().reads(), reads + 3);
    EXPECT_EQ(store->entries(kGroup, {100}, 20)->entries.size(), 20U) << "the rest is served";
}

TEST_F(Verify, DamageKeepsNobodyFromWhatElseWasMissed) {
    const auto changes = [&] {
        return open_rocks({.path = path()}).value()->changes(kGroup, 0, {10}).value();
    };
    EXPECT_EQ(changes().entries.size(), limits::kRangeEntries);
    put("entry", keys::entry(kGroup, {17}), "no entry");
    EXPECT_THAT(changes().entries, IsEmpty());
    EXPECT_EQ(changes().head.seq, Seq{300});
    EXPECT_EQ(changes().members.size(), 2U);
    put("default", keys::member(kGroup, {3}), "no row");
    EXPECT_FALSE(changes().whole);
}

TEST_F(Verify, WhatACommitChangedIsLookedAt) {
    put("default", keys::change(kGroup, 1), "no row");
    EXPECT_THAT(findings(), Contains(HasSubstr("what a commit changed cannot be read")));
    EXPECT_FALSE(open_rocks({.path = path()}).value()->changes(kGroup, 0, {10})->whole);
}

TEST(Damage, APlaceIsToldOnceAndTheyAreBounded) {
    Damage noted;
    EXPECT_TRUE(noted.note("file 12, offset 0"));
    EXPECT_FALSE(noted.note("file 12, offset 0"));
    EXPECT_TRUE(noted.note("file 12, offset 4096"));
    EXPECT_EQ(noted.places(), 2U);
    EXPECT_EQ(noted.reads(), 3U);
    for (std::size_t i = 0; i < 2 * Damage::kPlacesKept; ++i) {
        (void)noted.note(std::to_string(i));
    }
    EXPECT_EQ(noted.places(), Damage::kPlacesKept);
}

TEST_F(Verify, ARecordThatIsOnlyReadIsNotTouched) {
    const auto times = [this] {
        std::map<std::string, fs::file_time_type> all;
        for (const auto& file : fs::directory_iterator{path()}) {
            all[file.path().filename()] = file.last_write_time();
        }
        return all;
    };
    const auto before = times();
    {
        const auto store = open_rocks_to_read(path());
        ASSERT_TRUE(store);
        EXPECT_EQ((*store)->entries(kGroup, {1}, 20)->entries.size(), 20U);
        EXPECT_EQ((*store)->set_setting("a/b", "c").error().code, Code::store_unavailable);
        Scribe scribe{{8}};
        const Commit next = scribe.next(1);
        EXPECT_EQ((*store)->commit({&next, 1})[0], Outcome::aborted);
        EXPECT_EQ((*store)->epoch(), Epoch{1});
    }
    EXPECT_EQ(times(), before);
    EXPECT_FALSE(open_rocks_to_read((place_ / "nothing").string()));
    EXPECT_FALSE(fs::exists(place_ / "nothing"));
}

TEST_F(Verify, AMissingEntryIsNamed) {
    drop("entry", keys::entry(kGroup, {17}));
    EXPECT_THAT(findings(), Contains("group 258, entry 17 to 17 are missing"));
    EXPECT_THAT(findings(), Contains("group 258, entry 17: a send is stored, its entry is not"));
}

// In a record of two groups of which one block of entries is flipped.
class DamagedBlock : public Verify {
protected:
    static constexpr std::uint64_t kEntries = 2'000;
    static constexpr GroupId kOther{259};

    DamagedBlock() {
        fs::remove_all(path());
        auto store = open_rocks({.path = path()}).value();
        Scribe scribe{kGroup};
        for (int i = 0; i < 2; ++i) {
            const Commit next = scribe.next(kEntries / 2, 100);
            EXPECT_EQ(store->commit({&next, 1})[0], Outcome::done);
            scribe.accept(next);
        }
        times_ = [&] {
            std::vector<Time> times;
            for (const LogEntry& entry : scribe.log()) times.push_back(entry.time);
            return times;
        }();
        Scribe other{kOther};
        const Commit next = other.next(3);
        EXPECT_EQ(store->commit({&next, 1})[0], Outcome::done);
        store.reset();
        flip();
    }
    void flip() const {
        const fs::path largest = largest_table(path());
        ASSERT_FALSE(largest.empty());
        flip_bytes(largest, fs::file_size(largest) / 3);
    }
    // Asked of the store, one by one; each needs the digest of the one before.
    [[nodiscard]] static std::pair<std::uint64_t, std::uint64_t> unreadable(Store& store) {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        for (std::uint64_t seq = 1; seq <= kEntries; ++seq) {
            if (store.entries(kGroup, {seq}, 1)) continue;
            if (first == 0) first = seq;
            last = seq;
        }
        return {first, last - 1};
    }

    std::vector<Time> times_;
};

TEST_F(DamagedBlock, ExactlyWhatStandsInItIsMissing) {
    const auto [first, last] = [&] {
        const auto store = open_rocks({.path = path()}).value();
        return unreadable(*store);
    }();
    ASSERT_GT(first, 1U);
    ASSERT_LT(last - first, 300U);
    const std::string range =
        "group 258, entry " + std::to_string(first) + " to " + std::to_string(last);
    const auto report = verify_record(path(), {}).value();
    EXPECT_THAT(report.findings,
                testing::ElementsAre(HasSubstr("table entry: Corruption"), range + " are missing",
                                     range + ": " + std::to_string(last - first + 1) +
                                         " sends are stored, their entries are not"));
    EXPECT_EQ(report.counts.entries, kEntries + 3 - (last - first + 1));
}

TEST_F(DamagedBlock, ATimeIsFoundOnBothItsSides) {
    const auto store = open_rocks({.path = path()}).value();
    const auto [first, last] = unreadable(*store);
    for (const std::uint64_t seq : {std::uint64_t{1}, first - 1, last + 1, kEntries}) {
        const auto found = store->first_at(kGroup, times_.at(seq - 1));
        ASSERT_TRUE(found) << seq;
        EXPECT_LE(*found, Seq{seq});
        EXPECT_GE(*found, Seq{seq <= first ? 1 : first});
    }
    EXPECT_EQ(store->first_at(kGroup, times_.back() + Millis{1}), Seq{kEntries + 1});
}

// Whoever opens the group is shown what can be read, and may write.
TEST_F(Verify, AGroupIsLoadedFromBehindItsDamage) {
    const auto loaded = [&] {
        const auto store = open_rocks({.path = path()}).value();
        return store->load_group(kGroup, {9}, kNoon).value();
    };
    const GroupStart whole = loaded();
    ASSERT_EQ(whole.newest.front().seq, Seq{45});
    put("entry", keys::entry(kGroup, {112}), "x");
    for (int i = 0; i < 2; ++i) {
        const GroupStart start = loaded();
        EXPECT_EQ(start.head, whole.head);
        EXPECT_EQ(start.newest.front().seq, Seq{114}) << "the digest of 113 needs that of 112";
        EXPECT_EQ(start.digest_before, whole.newest[113 - 45].digest);
        EXPECT_EQ(start.newest.back().seq, whole.head.seq);
        EXPECT_EQ(start.sent.size(), whole.sent.size());
        drop("entry", keys::entry(kGroup, {112}));
    }
    put("beside", keys::beside(kGroup, keys::Kind::tally, {}, {120}), "x");
    EXPECT_EQ(loaded().newest.size(), 187U);
    put("entry", keys::entry(kGroup, whole.head.seq), "x");
    EXPECT_TRUE(loaded().newest.empty());
    EXPECT_EQ(loaded().digest_before, whole.head.digest);
}

TEST_F(Verify, AnEntryThatDoesNotFollowIsNamed) {
    Scribe other{{1}, {1}, 9};
    const Commit foreign = other.next(17);
    put("entry", keys::entry(kGroup, {17}), rows::encode(foreign.entries[16]));
    EXPECT_THAT(findings(), Contains("group 258, entry 17 does not continue the chain of digests"));
    EXPECT_THAT(findings(), Contains("group 258, entry 17 is not what its send says"));
}

TEST_F(Verify, IndexesThatMissTheirRowsAreNamed) {
    drop("default", keys::named(kGroup, Listed::staff, "n3", {3}));
    EXPECT_THAT(findings(), Contains("group 258: its list of names is not that of its members"));
    drop("default", keys::membership({4}, kGroup));
    EXPECT_THAT(findings(),
                Contains("group 258: its members' own lists of groups differ from its members"));
    drop("default", keys::member(kGroup, {4}));
    EXPECT_THAT(findings(), Contains("group 258: the head counts 2 members, there are 1"));
    drop("default", keys::name("n3"));
    EXPECT_THAT(findings(), Contains("1 users have no name row"));
    drop("default", keys::folded_name("n4"));
    EXPECT_THAT(findings(), Contains("1 users have no folded name row"));
    drop("default", keys::account_change_of({4}));
    EXPECT_THAT(findings(), Contains("changes of accounts stand twice"));
}

TEST_F(Verify, AHoleInAUsersLogAndAWrongSumAreNamed) {
    drop("default", keys::user_log({3}, 2));
    EXPECT_THAT(findings(), Contains(HasSubstr("user 3's own log does not end at its head")));
    put("beside", keys::beside(kGroup, keys::Kind::tally, {}, {7}),
        rows::encode(TallyRow{{7}, {{"+", 3}}}));
    EXPECT_THAT(findings(), Contains("group 258, entry 7: the sum of reactions is not that of its "
                                     "reactions"));
    put("feed", keys::fixed(9), rows::encode(FeedRow{9, kGroup, {1}, {2}, {}, {}}));
    EXPECT_THAT(findings(), Contains("row 9 of the feed comes after a hole"));
}

TEST_F(Verify, ADamagedBlockIsNamedWithItsFile) {
    const fs::path largest = largest_table(path());
    ASSERT_FALSE(largest.empty());
    flip_bytes(largest, 500);
    EXPECT_THAT(findings(true), Contains(HasSubstr(largest.filename().string())));
}

}  // namespace
}  // namespace stentor::store
