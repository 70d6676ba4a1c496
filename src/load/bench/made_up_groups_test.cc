#include "load/bench/made_up_groups.h"

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

TEST(MadeUpGroups, MoreMembersThanACommitHoldsStandInSeveral) {
    store::MemoryStore record;
    MadeUpGroups made{record};
    std::vector<UserId> members;
    for (std::uint64_t n = 1; n <= 50'001; ++n) members.push_back({n});
    made.add(kGid, members, "hello");
    made.finish();

    EXPECT_EQ(record.head(kGid)->members, members.size());
    EXPECT_EQ(record.head(kGid)->seq, Seq{1});
    EXPECT_EQ((*record.member(kGid, members.front()))->role, store::Role::owner);
    for (std::size_t n = 1; n < members.size(); ++n) {
        const auto row = *record.member(kGid, members[n]);
        ASSERT_TRUE(row) << n;
        ASSERT_EQ(row->role, store::Role::member) << n;
    }
}

TEST(MadeUpGroups, MembersAreAddedToAGroupThatAServerHadSince) {
    store::MemoryStore record;
    {
        MadeUpGroups made{record};
        made.add(kGid, kMembers, "");
        made.finish();
    }
    ASSERT_TRUE(record.take_head(kGid, *record.next_term()));
    MadeUpGroups made{record};
    made.add_members(kGid, std::array{UserId{9}});

    EXPECT_EQ(record.head(kGid)->members, 3U);
    EXPECT_EQ((*record.member(kGid, UserId{9}))->role, store::Role::member);
    EXPECT_THROW(made.add_members(GroupId{4}, kMembers), std::runtime_error);
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
