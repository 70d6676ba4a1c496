#include "testing/ledger/journal.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder_test_kit.h"

namespace stentor::ledger {
namespace {

constexpr GroupId kGroup{7};

Cmid cmid_of(std::uint8_t n) {
    std::array<std::uint8_t, 10> random{};
    random[9] = n;
    return Cmid::made_at(from_ms(1'700'000'000'000), random);
}

class JournalTest : public testing::Test {
protected:
    TemporaryFolder folder;
    const std::vector<std::filesystem::path> files{folder / "a", folder / "b"};
};

TEST_F(JournalTest, GivesTheLedgerWhatHappenedInItsOrder) {
    const auto ann = Journal::open(files[0]);
    const auto bob = Journal::open(files[1]);
    ASSERT_TRUE(ann->invoke({1}, kGroup, cmid_of(1), hash_of("x")));
    ASSERT_TRUE(bob->invoke({2}, kGroup, cmid_of(2), hash_of("y")));
    ASSERT_TRUE(bob->refused(cmid_of(2)));
    ASSERT_TRUE(ann->ok(cmid_of(1), {1}, {2}));
    ASSERT_TRUE(bob->invoke({2}, kGroup, cmid_of(3), hash_of("z")));

    Ledger ledger;
    EXPECT_EQ(read_journals(files, ledger).value(), 5U);
    const Report report = ledger.check();
    EXPECT_EQ(report.invoked, 3U);
    EXPECT_EQ(report.ok, 1U);
    EXPECT_EQ(report.refused, 1U);
    EXPECT_EQ(report.unknown, 1U);
    EXPECT_EQ(report.count(Violation::acked_not_stored), 1U);  // Nobody received anything.
}

TEST_F(JournalTest, PassesOverALineCutShort) {
    ASSERT_TRUE(Journal::open(files[0])->invoke({1}, kGroup, cmid_of(1), hash_of("x")));
    std::ofstream{files[0], std::ios::app} << "o 99 0123";
    Ledger ledger;
    EXPECT_EQ(read_journals(std::span{files}.first(1), ledger).value(), 1U);
}

TEST_F(JournalTest, RefusesALineItCannotRead) {
    std::ofstream{files[0]} << "what is this\n";
    Ledger ledger;
    EXPECT_FALSE(read_journals(std::span{files}.first(1), ledger).has_value());
}

}  // namespace
}  // namespace stentor::ledger
