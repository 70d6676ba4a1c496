#include "server/record/data_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>

#include "base/temporary_folder_test_kit.h"
#include "server/record/backup.h"
#include "server/record/replicas.h"

namespace stentor::server {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DataFolder : public testing::Test {
protected:
    TemporaryFolder place_;
};

TEST_F(DataFolder, ARecordThatWasNotFinishedLeavesNothing) {
    {
        const UnfinishedRecord made{place_ / "new"};
        fs::create_directories(made.path());
        std::ofstream{made.path() / "rows"} << "half";
    }
    EXPECT_FALSE(fs::exists(place_ / "new"));
    {
        UnfinishedRecord made{place_.path()};
        fs::create_directories(made.path());
        std::ofstream{made.path() / "rows"} << "whole";
        made.finish();
    }
    EXPECT_TRUE(fs::exists(place_ / "store" / "rows"));
    EXPECT_THROW(UnfinishedRecord{place_.path()}, std::runtime_error);
    EXPECT_TRUE(fs::exists(place_ / "store" / "rows"));
}

std::string words_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const std::runtime_error& refused) {
        return refused.what();
    }
    return "it was done";
}

TEST_F(DataFolder, OneThatCannotBeMadeIsNamed) {
    std::ofstream{place_ / "file"} << "in the way";
    for (const fs::path& folder : {fs::path{"/proc/zz/x"}, place_ / "file" / "x"}) {
        EXPECT_THAT(words_of([&] { make_private_folder(folder); }),
                    HasSubstr("the folder " + folder.string() + " cannot be made: "));
    }
    EXPECT_THAT(words_of([&] { make_private_folder(place_ / "file"); }), HasSubstr("/file"));
    make_private_folder(place_ / "a" / "b");
    EXPECT_EQ(fs::status(place_ / "a" / "b").permissions(), fs::perms::owner_all);
    fs::permissions(place_ / "a" / "b", fs::perms::all);
    make_private_folder(place_ / "a" / "b");
    EXPECT_EQ(fs::status(place_ / "a" / "b").permissions(), fs::perms::all) << "it keeps its mode";
}

TEST_F(DataFolder, NothingIsBegunOnAFullDiskAndNothingIsLeft) {
    const Beginning beginning{.now = Time{}, .note = place_ / "state" / "epoch"};
    std::ofstream{place_ / "export.jsonl"} << "{}\n";
    for (const char* each : {"backup", "small"}) fs::create_directories(place_ / each);
    fs::create_directories(place_ / "backup" / "store");
    std::ofstream{place_ / "backup" / "secrets"} << "secret\n";
    const fs::path disk = place_ / "small";
    if (::mount("none", disk.c_str(), "tmpfs", 0, "size=1m") != 0) {
        GTEST_SKIP() << "a small disk needs the rights to mount one";
    }
    fs::create_directories(disk / "old" / "store");
    const auto full = HasSubstr("is full: 102");  // KiB
    EXPECT_THAT(words_of([&] { restore_backup(place_ / "backup", disk / "new", beginning); }),
                full);
    EXPECT_THAT(words_of([&] { import_record(place_ / "export.jsonl", disk / "new", beginning); }),
                full);
    EXPECT_THAT(words_of([&] { accept_loss(disk / "old", beginning, true); }), full);
    EXPECT_THAT(words_of([&] { static_cast<void>(promote_copy(disk / "old", false, beginning)); }),
                full);
    EXPECT_FALSE(fs::exists(disk / "new"));
    EXPECT_TRUE(fs::is_empty(disk / "old" / "store"));
    ::umount(disk.c_str());
}

TEST_F(DataFolder, RoomIsAskedForWhatTheLogsHoldAndForWhatComesBesides) {
    const std::uint64_t beyond =
        2 * fs::space(place_.path()).available;  // Others change it meanwhile.
    EXPECT_NO_THROW(refuse_full_disk(place_ / "not" / "there"));
    EXPECT_THAT(words_of([&] { refuse_full_disk(place_ / "not" / "there", beyond); }),
                HasSubstr("this needs"));
    fs::create_directories(place_ / "store");
    std::ofstream made{place_ / "store" / "000001.log"};
    fs::resize_file(place_ / "store" / "000001.log", beyond);  // It has a hole.
    EXPECT_EQ(bytes_in(place_ / "store", kLogEnding), beyond);
    EXPECT_THAT(words_of([&] { refuse_full_disk(place_.path()); }), HasSubstr("a start needs"));
}

TEST_F(DataFolder, AStartWithoutRoomIsRefusedInWords) {
    EXPECT_NO_THROW(refuse_full_disk(place_.path()));
    if (::mount("none", place_.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
        GTEST_SKIP() << "a small disk needs the rights to mount one";
    }
    std::string told;
    try {
        refuse_full_disk(place_.path());
    } catch (const std::runtime_error& refused) {
        told = refused.what();
    }
    ::umount(place_.path().c_str());
    EXPECT_THAT(told, HasSubstr("is full: 1024 KiB are free"));
}

}  // namespace
}  // namespace stentor::server
