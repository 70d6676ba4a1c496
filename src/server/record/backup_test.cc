#include "server/record/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>

#include "base/temporary_folder_test_kit.h"
#include "server/record/data_folder.h"
#include "store/rocks/rocks_store.h"

namespace stentor::server {
namespace {

namespace fs = std::filesystem;

constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr Millis kHour{3'600'000};

class BackupTest : public testing::Test {
protected:
    BackupTest() {
        fs::create_directories(folder_ / "data");
        std::ofstream{folder_ / "data" / "secrets"} << "secret\n";
        fs::permissions(folder_ / "data" / "secrets",
                        fs::perms::owner_read | fs::perms::owner_write);
    }

    static std::unique_ptr<store::Store> open(const fs::path& data) {
        auto store = store::open_rocks({.path = (data / "store").string()});
        EXPECT_TRUE(store);
        return std::move(*store);
    }
    // With a note on the machine that is this test's own.
    [[nodiscard]] Beginning at(Time now) const {
        return {.now = now, .note = folder_ / "state" / "epoch"};
    }
    static void add_user(store::Store& store, std::uint64_t uid, const char* name) {
        EXPECT_TRUE(store.add_user({.uid = {uid}, .name = name, .name_key = name}));
    }

    TemporaryFolder folder_;
};

TEST_F(BackupTest, FilesThatMembersSentComeAlong) {
    const fs::path file = fs::path{"media"} / "whole" / "ab" / "abcd";
    fs::create_directories((folder_ / "data" / file).parent_path());
    std::ofstream{folder_ / "data" / file} << "a picture";
    {
        const auto store = open(folder_ / "data");
        take_backup(*store::maintenance_of(*store), folder_ / "data", folder_ / "backup");
    }
    fs::remove_all(folder_ / "data");
    restore_backup(folder_ / "backup", folder_ / "again", at(kNow));
    for (const char* place : {"backup", "again"}) {
        std::string words;
        std::getline(std::ifstream{folder_ / place / file}, words);
        EXPECT_EQ(words, "a picture") << place;
    }
}

TEST_F(BackupTest, OneThatHasNoPlaceIsRefusedByItsPath) {
    const auto store = open(folder_ / "data");
    for (const fs::path& place : {folder_.path(), fs::path{"/proc/zz/x"}}) {
        try {
            take_backup(*store::maintenance_of(*store), folder_ / "data", place);
            ADD_FAILURE() << "taken into " << place;
        } catch (const UnusableFolder& refused) {
            EXPECT_THAT(refused.what(), testing::HasSubstr(place.string()));
        }
    }
}

TEST_F(BackupTest, WhatWasThereWhenItWasTakenComesBackUnderANewEpoch) {
    Epoch before;
    {
        const auto store = open(folder_ / "data");
        add_user(*store, 7, "ann");
        take_backup(*store::maintenance_of(*store), folder_ / "data", folder_ / "backup");
        add_user(*store, 8, "bob");
        before = store->epoch().value();
    }
    const std::uint64_t epoch = restore_backup(folder_ / "backup", folder_ / "again", at(kNow));
    const auto store = open(folder_ / "again");
    EXPECT_GT(epoch, before.value);
    EXPECT_EQ(store->epoch()->value, epoch);
    EXPECT_TRUE(store->user({7})->has_value());
    EXPECT_FALSE(store->user({8})->has_value());
    EXPECT_EQ(fs::status(folder_ / "again" / "secrets").permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(BackupTest, EachRestoreHasAnEpochOfItsOwnAndALaterOneTheLarger) {
    {
        const auto store = open(folder_ / "data");
        take_backup(*store::maintenance_of(*store), folder_ / "data", folder_ / "backup");
    }
    fs::copy(folder_ / "backup", folder_ / "copy", fs::copy_options::recursive);
    const std::uint64_t first = restore_backup(folder_ / "backup", folder_ / "first", at(kNow));
    const std::uint64_t again = restore_backup(folder_ / "backup", folder_ / "again", at(kNow));
    const std::uint64_t copy =
        restore_backup(folder_ / "copy", folder_ / "third", at(kNow + kHour));
    EXPECT_GT(first, 1U);
    EXPECT_GT(again, first);
    EXPECT_GT(copy, again);
    // A clock that is wrong lowers nothing.
    EXPECT_GT(restore_backup(folder_ / "backup", folder_ / "fourth", at(Time{})), again);
    // User logs count beneath it, in numbers that a browser holds exactly.
    const std::uint64_t in_2060 =
        restore_backup(folder_ / "copy", folder_ / "fifth",
                       at(Time{std::chrono::sys_days{std::chrono::year{2060} / 1 / 1}}));
    EXPECT_LT(in_2060, std::uint64_t{1} << 21U);
}

TEST_F(BackupTest, NothingIsWrittenOver) {
    const auto store = open(folder_ / "data");
    store::Maintenance& maintenance = *store::maintenance_of(*store);
    take_backup(maintenance, folder_ / "data", folder_ / "backup");
    EXPECT_THROW(take_backup(maintenance, folder_ / "data", folder_ / "backup"),
                 std::runtime_error);
    EXPECT_THROW(restore_backup(folder_ / "backup", folder_ / "data", at(kNow)),
                 std::runtime_error);
    EXPECT_THROW(restore_backup(folder_ / "none", folder_ / "again", at(kNow)), std::runtime_error);
    fs::remove(folder_ / "backup" / "secrets");
    EXPECT_THROW(restore_backup(folder_ / "backup", folder_ / "again", at(kNow)),
                 std::runtime_error);
}

TEST_F(BackupTest, ARestoreThatCannotBeNotedIsRefusedAndLeavesNoRecord) {
    {
        const auto store = open(folder_ / "data");
        take_backup(*store::maintenance_of(*store), folder_ / "data", folder_ / "backup");
    }
    fs::create_directories(folder_ / "backup" / "restored" / "in the way");
    EXPECT_THROW(restore_backup(folder_ / "backup", folder_ / "again", at(kNow)),
                 std::runtime_error);
    EXPECT_FALSE(fs::exists(folder_ / "again" / "store"));
    fs::remove_all(folder_ / "backup" / "restored");
    EXPECT_GT(restore_backup(folder_ / "backup", folder_ / "again", at(kNow)), 1U);
}

TEST_F(BackupTest, TheFolderOfARunningServerIsNotRestoredFrom) {
    const auto running = open(folder_ / "data");
    const pid_t child = ::fork();  // A lock is not seen by the process that holds it.
    if (child == 0) {
        try {
            restore_backup(folder_ / "data", folder_ / "again", at(kNow));
        } catch (const std::runtime_error& error) {
            const bool told = std::string{error.what()}.contains("running server");
            ::_exit(told ? 0 : 2);
        }
        ::_exit(1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_FALSE(fs::exists(folder_ / "again"));
}

TEST_F(BackupTest, ALossIsAcceptedOnlyWhereThereIsOneOrWhenItIsSaid) {
    {
        const auto store = open(folder_ / "data");
        for (std::uint64_t uid = 1; uid <= 300; ++uid) {
            add_user(*store, uid, std::to_string(uid).c_str());
        }
        // As a kill leaves it: not closed, all of it in the log.
        fs::copy(folder_ / "data", folder_ / "killed", fs::copy_options::recursive);
    }
    for (const char* whole : {"data", "killed"}) {
        const Epoch before{1};
        try {
            accept_loss(folder_ / whole, at(kNow));
            ADD_FAILURE() << whole << " was given a new epoch";
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr("has lost nothing"));
            EXPECT_THAT(error.what(), testing::HasSubstr("--undamaged"));
        }
        EXPECT_EQ(open(folder_ / whole)->epoch(), before);
    }
    const std::uint64_t first = accept_loss(folder_ / "data", at(kNow), true);
    EXPECT_GT(first, 1U);
    EXPECT_EQ(accept_loss(folder_ / "data", at(kNow), true), first + 1);
}

TEST_F(BackupTest, ALossThatThereIsIsAcceptedWithoutMoreWords) {
    {
        const auto store = open(folder_ / "data");
        for (std::uint64_t uid = 1; uid <= 300; ++uid) {
            add_user(*store, uid, std::to_string(uid).c_str());
        }
        fs::copy(folder_ / "data", folder_ / "killed", fs::copy_options::recursive);
    }
    fs::path log;
    for (const auto& file : fs::directory_iterator{folder_ / "killed" / "store"}) {
        if (file.path().extension() == ".log" && file.file_size() > 0) log = file.path();
    }
    ASSERT_FALSE(log.empty());
    std::fstream bytes{log, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(static_cast<std::streamoff>(fs::file_size(log) / 2));
    bytes.write("\xff\x00\xff\x00\xff\x00\xff\x00", 8);
    bytes.close();
    EXPECT_GT(accept_loss(folder_ / "killed", at(kNow)), 1U);
    const auto store = open(folder_ / "killed");
    EXPECT_TRUE(store->user({1})->has_value());
    EXPECT_FALSE(store->user({300})->has_value());
}

}  // namespace
}  // namespace stentor::server
