#include "group/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace stentor::group {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

bus::Command post_of(std::uint64_t gid, std::uint64_t uid, std::uint32_t number) {
    bus::Command command{.gid = GroupId{gid}, .uid = UserId{uid}};
    command.frame.set_request_id(number);
    command.frame.mutable_send();
    return command;
}

std::vector<std::uint32_t> taken(Intake& intake) {
    std::vector<std::uint32_t> numbers;
    while (const auto command = intake.take()) numbers.push_back(command->frame.request_id());
    EXPECT_TRUE(intake.empty());
    return numbers;
}

TEST(Lane, RecallsKicksAndOperatorsGoFirstAndSumsLast) {
    bus::Command command = post_of(1, 1, 1);
    EXPECT_EQ(lane_of(command, false), Lane::ordinary);
    EXPECT_EQ(lane_of(command, true), Lane::first) << "an owner's or an admin's";
    command.operator_rights = true;
    EXPECT_EQ(lane_of(command, false), Lane::first) << "the system's";
    command.operator_rights = false;
    command.frame.mutable_recall();
    EXPECT_EQ(lane_of(command, false), Lane::first);
    command.frame.mutable_change_member()->set_kick(true);
    EXPECT_EQ(lane_of(command, false), Lane::first);
    command.frame.mutable_leave_group();
    EXPECT_EQ(lane_of(command, true), Lane::ordinary) << "behind what they have sent";
    command.frame.mutable_read();
    EXPECT_EQ(lane_of(command, true), Lane::sums);
    command.frame.mutable_react();
    EXPECT_EQ(lane_of(command, false), Lane::sums);
}

TEST(Intake, LanesGoInTheirOrder) {
    Intake intake;
    intake.put(Lane::sums, post_of(1, 1, 1));
    intake.put(Lane::ordinary, post_of(1, 2, 2));
    intake.put(Lane::first, post_of(1, 3, 3));
    intake.put(Lane::ordinary, post_of(1, 4, 4));
    intake.put(Lane::first, post_of(1, 5, 5));
    EXPECT_THAT(taken(intake), ElementsAre(3, 5, 2, 4, 1));
}

// Two groups of one partition and one of another; the second sender spoke in two lanes.
TEST(Intake, GivesUpAPartitionAndKeepsTheRest) {
    std::uint64_t other = 2;
    while (partition_of(GroupId{other}) == partition_of(GroupId{1})) ++other;
    Intake intake;
    intake.put(Lane::ordinary, post_of(1, 1, 1));
    intake.put(Lane::ordinary, post_of(other, 1, 2));
    intake.put(Lane::first, post_of(1, 2, 3));
    intake.put(Lane::ordinary, post_of(1, 2, 4));
    intake.put(Lane::sums, post_of(1, 1, 5));
    intake.put(Lane::ordinary, post_of(1, 1, 6));
    std::vector<std::uint32_t> numbers;
    for (const bus::Command& command : intake.take_all(partition_of(GroupId{1}))) {
        numbers.push_back(command.frame.request_id());
    }
    EXPECT_THAT(numbers, ElementsAre(3, 4, 1, 6, 5));
    EXPECT_EQ(intake.size(), 1U);
    intake.put(Lane::ordinary, post_of(1, 2, 7));
    EXPECT_THAT(taken(intake), UnorderedElementsAre(2, 7)) << "nobody is remembered as waiting";
}

TEST(Intake, AStormInOneGroupDelaysAnotherByOneCommand) {
    Intake intake;
    for (std::uint32_t i = 1; i <= 1'000; ++i) intake.put(Lane::ordinary, post_of(1, i, i));
    intake.put(Lane::ordinary, post_of(2, 1, 2'001));
    intake.put(Lane::ordinary, post_of(2, 1, 2'002));
    const auto numbers = taken(intake);
    EXPECT_THAT(std::vector(numbers.begin(), numbers.begin() + 4), ElementsAre(1, 2'001, 2, 2'002));
}

TEST(Intake, NoLaneStarves) {
    Intake intake;
    intake.put(Lane::sums, post_of(1, 1, 7));
    intake.put(Lane::ordinary, post_of(1, 2, 8));
    std::vector<std::uint32_t> seen;
    for (std::uint32_t i = 100; i < 120; ++i) {
        intake.put(Lane::first, post_of(1, 3, i));
        if (const auto command = intake.take(); command->frame.request_id() < 100) {
            seen.push_back(command->frame.request_id());
        }
    }
    EXPECT_THAT(seen, UnorderedElementsAre(7, 8));
}

TEST(Intake, NoLaneStarvesWhileAllAreRefilled) {
    Intake intake;
    std::map<std::uint32_t, int> taken_of;
    for (int i = 0; i < 1'600; ++i) {
        intake.put(Lane::first, post_of(1, 1, 1));
        intake.put(Lane::ordinary, post_of(1, 2, 2));
        intake.put(Lane::sums, post_of(1, 3, 3));
        ++taken_of[intake.take()->frame.request_id()];
    }
    EXPECT_EQ(taken_of[1], 1'400);
    EXPECT_EQ(taken_of[2], 100);
    EXPECT_EQ(taken_of[3], 100);
}

TEST(Intake, WhoLeavesDoesNotOvertakeWhatHeHasSent) {
    Intake intake;
    for (std::uint32_t i = 1; i <= 40; ++i) intake.put(Lane::first, post_of(1, 1, i));
    intake.put(Lane::ordinary, post_of(1, 1, 41));
    intake.put(Lane::ordinary, post_of(1, 2, 100));
    auto numbers = taken(intake);
    std::erase(numbers, 100U);
    EXPECT_TRUE(std::ranges::is_sorted(numbers));
    // Nothing of theirs waits any more, so nothing holds their next one back.
    intake.put(Lane::ordinary, post_of(1, 1, 42));
    intake.put(Lane::first, post_of(1, 3, 43));
    EXPECT_THAT(taken(intake), ElementsAre(43, 42));
}

TEST(Intake, TellsWhenTheOneHadComeThatWaitedLongest) {
    Intake intake;
    EXPECT_EQ(intake.take_earliest(), std::nullopt);
    const auto put_at = [&](Lane lane, bus::Command command, std::uint64_t arrived_ms) {
        command.arrived = from_ms(arrived_ms);
        intake.put(lane, std::move(command));
    };
    put_at(Lane::sums, post_of(1, 1, 1), 500);
    put_at(Lane::ordinary, post_of(1, 2, 2), 1'000);
    put_at(Lane::ordinary, post_of(2, 3, 3), 2'000);
    EXPECT_EQ(intake.take()->frame.request_id(), 2U);
    EXPECT_EQ(intake.take()->frame.request_id(), 3U);
    EXPECT_EQ(intake.take_earliest(), from_ms(1'000));
    EXPECT_EQ(intake.take()->frame.request_id(), 1U);
    EXPECT_EQ(intake.take_earliest(), std::nullopt) << "sums are meant to wait";
}

TEST(Intake, WhoBecomesKnownAsAdminDoesNotOvertakeHimself) {
    Intake intake;
    intake.put(Lane::ordinary, post_of(1, 1, 1));
    intake.put(Lane::ordinary, post_of(1, 2, 2));
    intake.put(Lane::first, post_of(1, 2, 3));
    intake.put(Lane::first, post_of(1, 3, 4));
    EXPECT_THAT(taken(intake), ElementsAre(4, 1, 2, 3));
}

TEST(Intake, KeepsTheOrderOfEachSenderInItsLane) {
    std::mt19937 random{3};
    Intake intake;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> newest;
    std::uint32_t number = 0;
    std::size_t count = 0;
    for (int step = 0; step < 20'000; ++step) {
        if (random() % 2 == 0) {
            intake.put(Lane::ordinary, post_of(random() % 5, random() % 4, ++number));
            ++count;
        } else if (const auto command = intake.take()) {
            --count;
            auto& last = newest[{command->gid.value, command->uid.value}];
            EXPECT_GT(command->frame.request_id(), last);
            last = command->frame.request_id();
        }
        ASSERT_EQ(intake.size(), count);
    }
}

}  // namespace
}  // namespace stentor::group
