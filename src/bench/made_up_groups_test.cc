#include "bench/made_up_groups.h"

#include <gtest/gtest.h>

#include <array>

#include "store/memory/memory_store.h"
#include "wire/log_entry.h"

namespace stentor::bench {
namespace {

constexpr GroupId kGid{std::uint64_t{1} << 41U};
constexpr std::array kMembers{UserId{7}, UserId{8}};

TEST(MadeUpGroups, AGroupStandsInTheRecordAsIfItHadBeenMade) {
    store::MemoryStore record;
    MadeUpGroups made{record};
    made.add(kGid, kMembers, "hello");
    made.finish();

    const auto head = record.head(kGid);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->members, 2U);
    EXPECT_EQ(head->seq, Seq{1});
    const auto page = record.entries(kGid, Seq{1}, 10);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->entries.size(), 1U);
    EXPECT_TRUE(continues(genesis(kGid), page->entries[0]));
    EXPECT_EQ(page->entries[0].digest, head->digest);
    EXPECT_EQ(record.memberships(UserId{8}, 10)->size(), 1U);
    EXPECT_EQ((*record.member(kGid, UserId{7}))->role, store::Role::owner);
}

TEST(MadeUpGroups, WithoutATextTheLogIsEmpty) {
    store::MemoryStore record;
    MadeUpGroups made{record};
    made.add(kGid, kMembers, "");
    made.finish();
    EXPECT_EQ(record.head(kGid)->seq, Seq{});
}

TEST(MadeUpGroups, ARecordThatHasTheGroupAlreadyIsRefused) {
    store::MemoryStore record;
    MadeUpGroups made{record};
    made.add(kGid, kMembers, "");
    made.finish();
    made.add(kGid, kMembers, "");
    EXPECT_THROW(made.finish(), std::runtime_error);
}

}  // namespace
}  // namespace stentor::bench
