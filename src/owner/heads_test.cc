#include "owner/heads.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace stentor::owner {
namespace {

constexpr GroupId kGroup{7};
constexpr UserId kAnn{11};
constexpr UserId kBob{12};

store::Commit commit(GroupId gid, std::uint64_t first, std::initializer_list<UserId> senders) {
    store::Commit commit{.gid = gid};
    for (const UserId sender : senders) {
        LogEntry entry;
        entry.seq = {first++};
        entry.sender = sender;
        commit.entries.push_back(std::move(entry));
    }
    commit.head.seq = {first - 1};
    commit.head.time = from_ms(1'000 + first);
    return commit;
}

std::optional<Head> look(Heads& heads, GroupId gid) {
    std::vector<std::optional<Head>> found;
    heads.find(std::span{&gid, 1}, found);
    return found[0];
}

TEST(Heads, KnowWhatWasCommittedAndWhatOneWroteHimself) {
    Heads heads{64};
    heads.on_committed(commit(kGroup, 1, {kAnn, kBob}));
    heads.on_committed(commit(kGroup, 3, {kBob}));
    const auto head = look(heads, kGroup);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->seq, Seq{3});
    EXPECT_TRUE(head->nothing_new(kBob, Seq{1}));
    EXPECT_FALSE(head->nothing_new(kBob, Seq{0}));
    EXPECT_FALSE(head->nothing_new(kAnn, Seq{2}));
    EXPECT_TRUE(head->nothing_new(kAnn, Seq{3}));
    EXPECT_FALSE(look(heads, {8}));
}

TEST(Heads, AnOldReadTakesNoNewerOnesPlace) {
    Heads heads{64};
    heads.on_committed(commit(kGroup, 5, {kAnn}));
    heads.fill(kGroup, {.seq = {4}, .floor = {2}});
    EXPECT_EQ(look(heads, kGroup)->seq, Seq{5});
    EXPECT_EQ(look(heads, kGroup)->floor, Seq{2});
    heads.fill(kGroup, {.seq = {9}});
    EXPECT_EQ(look(heads, kGroup)->seq, Seq{9});
    EXPECT_FALSE(look(heads, kGroup)->nothing_new(kAnn, Seq{8})) << "the run is not known now";
}

TEST(Heads, LoseNobodyWhileTheyMayGrow) {
    Heads heads{400'000};
    for (std::uint64_t n = 1; n <= 100'000; ++n) heads.fill({n}, {.seq = {n}});
    EXPECT_EQ(heads.size(), 100'000U);
    for (std::uint64_t n = 1; n <= 100'000; ++n) ASSERT_EQ(look(heads, {n})->seq, Seq{n});
}

TEST(Heads, StayWithinTheirPlacesAndKeepTheBusyOnes) {
    Heads heads{2'048};
    std::mt19937 random{5};
    std::unordered_map<GroupId, Seq> model;
    for (int i = 0; i < 20'000; ++i) {
        const GroupId gid{random() % 5'000 + 1};
        auto& seq = model[gid];
        ++seq;
        heads.on_committed(commit(gid, seq.value, {kAnn}));
        const auto head = look(heads, gid);
        EXPECT_TRUE(!head || head->seq == seq);
    }
    EXPECT_LE(heads.size(), 2'048U);
    EXPECT_GT(heads.size(), 1'500U);
    heads.forget({1});
    EXPECT_FALSE(look(heads, {1}));
}

}  // namespace
}  // namespace stentor::owner
