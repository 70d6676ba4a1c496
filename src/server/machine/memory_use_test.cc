#include "server/machine/memory_use.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/temporary_folder_test_kit.h"

namespace stentor::server {
namespace {

TEST(MemoryUse, IsReadFromWhatTheKernelWrites) {
    EXPECT_EQ(resident_pages_in("189231 51234 1024 8 0 60001 0\n"), 51'234U);
    EXPECT_EQ(resident_pages_in(""), 0U);
    EXPECT_EQ(tcp_pages_in("sockets: used 290\n"
                           "TCP: inuse 41 orphan 0 tw 12 alloc 55 mem 7301\n"
                           "UDP: inuse 3 mem 99\n"),
              7'301U);
    EXPECT_EQ(tcp_pages_in("UDP: inuse 3 mem 99\n"), 0U);
}

TEST(MemoryUse, TheOneThatIsCloserToItsLimitCounts) {
    MemoryUse use{.resident_bytes = 600, .resident_max = 1'000, .tcp_pages = 10};
    EXPECT_EQ(use.permille(), 600U);  // Of TCP no limit is known.
    use.tcp_pages_max = 12;
    EXPECT_EQ(use.permille(), 833U);
}

class ControlGroups : public testing::Test {
protected:
    ControlGroups() { std::filesystem::create_directories(root_ / "system.slice/stentor.service"); }

    void write(const std::string& file, const std::string& text) const {
        std::ofstream{root_ / file} << text;
    }

    const TemporaryFolder root_;
    static constexpr std::string_view kMembership = "0::/system.slice/stentor.service\n";
};

TEST_F(ControlGroups, TheSmallestLimitOnTheWayUpCounts) {
    EXPECT_EQ((ControlGroup{root_.path(), kMembership}.limit()), 0U);
    write("system.slice/stentor.service/memory.max", "max\n");
    EXPECT_EQ((ControlGroup{root_.path(), kMembership}.limit()), 0U);
    write("memory.max", "9000\n");
    EXPECT_EQ((ControlGroup{root_.path(), kMembership}.limit()), 9'000U);
    EXPECT_EQ((ControlGroup{root_.path(), "0::/\n"}.limit()), 9'000U);
    EXPECT_EQ((ControlGroup{root_.path(), ""}.limit()), 9'000U);
    EXPECT_EQ((ControlGroup{root_.path(), "0::/docker/not/seen/here\n"}.limit()), 9'000U);
    write("system.slice/stentor.service/memory.max", "7000\n");
    EXPECT_EQ((ControlGroup{root_.path(), kMembership}.limit()), 7'000U);
    write("system.slice/memory.max", "5000\n");
    EXPECT_EQ(
        (ControlGroup{root_.path(), "4:memory:/old\n0::/system.slice/stentor.service\n"}.limit()),
        5'000U);
}

TEST_F(ControlGroups, WhatCannotBeDroppedIsUsed) {
    write("system.slice/stentor.service/memory.max", "7000\n");
    const ControlGroup group{root_.path(), kMembership};
    EXPECT_EQ(group.used(), 0U);
    write("system.slice/stentor.service/memory.current", "6000\n");
    write("system.slice/stentor.service/memory.stat", "anon 1000\nfile 4000\nshmem 500\n");
    EXPECT_EQ(group.used(), 2'500U);
    MemoryUse use{.group_bytes = group.used(), .group_max = group.limit()};
    EXPECT_EQ(use.permille(), 357U);
}

TEST(MemoryUse, ThisProcessUsesSomeAndLessThanThereIs) {
    const MemoryUse use = MemoryMeter{0}.read();
    EXPECT_GT(use.resident_bytes, 100'000U);
    EXPECT_GT(use.resident_max, use.resident_bytes);
    EXPECT_EQ(MemoryMeter{12'345}.read().resident_max, 12'345U);
}

}  // namespace
}  // namespace stentor::server
