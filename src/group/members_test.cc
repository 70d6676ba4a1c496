// Who stays in memory: of one group, and of all groups of a partition together.

#include "group/members.h"

#include <gtest/gtest.h>

#include "group/record_test_kit.h"

namespace stentor::group {
namespace {

constexpr Millis kSecond{1'000};

bool nobody_waits(UserId /*uid*/) { return false; }

Members members(std::uint64_t count, Time used) {
    Members all;
    for (std::uint64_t uid = 1; uid <= count; ++uid) all[UserId{uid}].used = used;
    return all;
}

TEST(Members, AsManyAreForgottenAsAreTooManyAndNoneWhoIsBusy) {
    Members all = members(10'000, kStart);
    all[UserId{5}].used = kStart + 10 * kSecond;
    all[UserId{6}].pending = 1;
    all[UserId{7}].sends = 1;
    const auto waits = [](UserId uid) { return uid == UserId{8}; };
    std::size_t before = all.size();
    for (int tick = 0; tick < 100 && all.size() > 4; ++tick) {
        all.shed(1'000, kStart + 10 * kSecond, waits);
        EXPECT_GE(all.size() + 1'000, before);
        before = all.size();
    }
    for (const std::uint64_t uid : {5U, 6U, 7U, 8U}) EXPECT_TRUE(all.contains(UserId{uid})) << uid;
    EXPECT_EQ(all.size(), 4U);
}

// A return of a million: they all did something just now, and more come. To look at all of them
// each second is what it must not cost.
TEST(Members, WhatALookCostsFollowsWhatIsTooManyNotHowManyThereAre) {
    Members all = members(500'000, kStart);
    std::size_t looks = 0;
    const auto counts = [&](UserId) {
        ++looks;
        return true;  // None may go, so that the hand goes as far as it ever does.
    };
    all.shed(1'000, kStart + 10 * kSecond, counts);
    EXPECT_GT(looks, 0U);
    EXPECT_LE(looks, 2'100U);
    looks = 0;
    all.shed(400'000, kStart + 10 * kSecond, counts);
    EXPECT_LE(looks, 100'000U) << "of half a million";
}

TEST(Members, TheHandGoesRoundSoThatEverybodyIsMet) {
    Members all = members(10'000, kStart);
    all[UserId{10'001}].used = kStart;
    std::size_t met = 0;
    const auto counts = [&](UserId uid) {
        if (uid == UserId{10'001}) ++met;
        return true;
    };
    for (int tick = 0; tick < 100; ++tick) all.shed(500, kStart + 10 * kSecond, counts);
    EXPECT_GE(met, 2U);
}

TEST(Members, AFewInATableOfManyAreMetAsSoon) {
    Members all = members(100'000, kStart);
    for (std::uint64_t uid = 101; uid <= 100'000; ++uid) {
        all[UserId{uid}].used = kStart - 2 * limits::kGroupIdle;
    }
    all.forget_quiet({7}, kStart, nobody_waits);
    all.forget_quiet({7}, kStart + limits::kGroupIdle / 10, nobody_waits);
    ASSERT_EQ(all.size(), 100U);
    for (int tick = 0; tick < 10; ++tick) all.shed(10, kStart + 2 * kSecond, nobody_waits);
    EXPECT_LE(all.size(), 20U);
}

// ---- A partition

class PartitionMembers : public GroupTest {
protected:
    // Each says something, which a row is looked up for.
    void come(GroupId group, std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t uid = first; uid < first + count; ++uid) {
            pb::ClientFrame frame;
            frame.mutable_typing()->set_gid(group.value);
            partition().on_command({.reply_to = {.node = {1}, .request_id = ++requests_},
                                    .gid = group,
                                    .uid = {uid},
                                    .limits_lifted = true,
                                    .frame = std::move(frame)},
                                   now);
            if (uid == first) load_all();  // The group itself: few may wait for that.
        }
        load_all();
        answers.clear();
    }
    void load_all() {
        while (!loads.empty()) {
            const Load load = loads.front();
            loads.pop_front();
            partition().on_loaded({.load = load, .found = found_in(load)}, now);
        }
    }
    // All groups stand as the one that the record knows.
    Result<Found> found_in(const Load& load) {
        if (std::holds_alternative<LoadMember>(load.what)) {
            return Found{std::optional<store::MemberRow>{}};
        }
        return found(load);
    }

private:
    std::uint32_t requests_{1'000};
};

TEST_F(PartitionMembers, TheBoundIsOfAllItsGroupsTogether) {
    create(kAnn);
    settle();
    constexpr std::uint64_t kGroups = 8;
    constexpr std::uint64_t kEach = limits::kMembersCached / 4;
    for (std::uint64_t group = 0; group < kGroups; ++group) {
        come({kGroup.value + group}, 10, kEach);
    }
    const std::size_t all = partition().members_in_memory();
    ASSERT_GE(all, kGroups * kEach) << "twice the bound, and no group of its own above it";
    now += 2 * kSecond;
    tick();
    EXPECT_LT(partition().members_in_memory(), all);
    for (int second = 0; second < 20; ++second) {
        now += kSecond;
        tick();
    }
    EXPECT_LE(partition().members_in_memory(), limits::kMembersCached);
    EXPECT_GE(partition().members_in_memory(), limits::kMembersCached - kGroups)
        << "no more than is asked for";
}

TEST_F(PartitionMembers, WhoIsBusyStaysAlsoWhereThereAreTooMany) {
    create(kAnn);
    settle();
    come(kGroup, 10, limits::kMembersCached);
    come({kGroup.value + 1}, 10, 1'000);
    const std::size_t all = partition().members_in_memory();
    now += Millis{500};
    tick();
    EXPECT_EQ(partition().members_in_memory(), all);
}

}  // namespace
}  // namespace stentor::group
