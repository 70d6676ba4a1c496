#include "server/data_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

namespace stentor::server {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DataFolder : public testing::Test {
protected:
    DataFolder() {
        std::string pattern = fs::temp_directory_path() / "stentor-folder-XXXXXX";
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no directory");
        place_ = pattern;
    }
    ~DataFolder() override { fs::remove_all(place_); }
    fs::path place_;
};

TEST_F(DataFolder, ARecordThatWasNotFinishedLeavesNothing) {
    {
        const UnfinishedRecord made{place_ / "new"};
        fs::create_directories(made.path());
        std::ofstream{made.path() / "rows"} << "half";
    }
    EXPECT_FALSE(fs::exists(place_ / "new"));
    {
        UnfinishedRecord made{place_};
        fs::create_directories(made.path());
        std::ofstream{made.path() / "rows"} << "whole";
        made.finish();
    }
    EXPECT_TRUE(fs::exists(place_ / "store" / "rows"));
    EXPECT_THROW(UnfinishedRecord{place_}, std::runtime_error);
    EXPECT_TRUE(fs::exists(place_ / "store" / "rows"));
}

TEST_F(DataFolder, AStartWithoutRoomIsRefusedInWords) {
    EXPECT_NO_THROW(refuse_full_disk(place_));
    if (::mount("none", place_.c_str(), "tmpfs", 0, "size=1m") != 0) {
        GTEST_SKIP() << "a small disk needs the rights to mount one";
    }
    std::string told;
    try {
        refuse_full_disk(place_);
    } catch (const std::runtime_error& refused) {
        told = refused.what();
    }
    ::umount(place_.c_str());
    EXPECT_THAT(told, HasSubstr("is full: 1024 KiB are free"));
}

}  // namespace
}  // namespace stentor::server
