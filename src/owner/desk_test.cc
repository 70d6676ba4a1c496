// A desk alone: what comes late, from a tenure that is over, changes nothing in the next one.

#include "owner/desk.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "bus/route/local/local_routes.h"

namespace stentor::owner {
namespace {

constexpr GroupId kGroup{77};
constexpr PartitionId kPartition = partition_of(kGroup);
constexpr UserId kAnn{11};
constexpr UserId kBob{12};

class AnswersOnly final : public bus::Bus {
public:
    Result<void> submit(PartitionId /*partition*/, bus::Command /*command*/) override { return {}; }
    void ask(PartitionId /*partition*/, bus::Question /*question*/,
             bus::ReplyHandler /*reply*/) override {}
    void publish(NodeId /*node*/, std::shared_ptr<const bus::Items> /*items*/) override {}
    void answer(NodeId /*node*/, std::vector<bus::Answer> more) override {
        for (bus::Answer& one : more) answers[one.reply_to.request_id] = std::move(one.frame);
    }
    void nudge(NodeId /*node*/, std::vector<bus::Nudge> /*nudges*/) override {}

    std::map<std::uint32_t, pb::ServerFrame> answers;
};

class DeskTest : public testing::Test, private DeskPort {
protected:
    void gain(std::uint64_t term) { desk_.gain(kPartition, {.term = {term}, .epoch = {1}}); }
    std::uint32_t create() {
        pb::ClientFrame frame;
        frame.mutable_create_group()->mutable_settings()->set_name("tea");
        return submit(kAnn, std::move(frame));
    }
    std::uint32_t join() {
        pb::ClientFrame frame;
        frame.mutable_join_group()->set_gid(kGroup.value);
        return submit(kBob, std::move(frame));
    }
    std::uint32_t submit(UserId uid, pb::ClientFrame frame) {
        desk_.on_command({.reply_to = {.node = {1}, .request_id = ++last_request_},
                          .gid = kGroup,
                          .uid = uid,
                          .limits_lifted = true,
                          .frame = std::move(frame)});
        desk_.turn(now_);
        return last_request_;
    }
    // There is nothing of anything yet.
    void answer_load(const group::Load& load) {
        Result<group::Found> found = std::unexpected(Error{.code = Code::not_found});
        if (const auto* asked = std::get_if<group::LoadFor>(&load.what)) {
            if (std::holds_alternative<group::Entrance>(asked->what)) {
                found = group::Found{group::LoadedEntrance{}};
            }
        } else if (std::holds_alternative<group::LoadMember>(load.what)) {
            found = group::Found{std::optional<store::MemberRow>{}};
        }
        desk_.on_loaded({.load = load, .found = std::move(found)}, now_);
        desk_.turn(now_);
    }
    void answer_loads() {
        while (!loads.empty()) answer_load(std::exchange(loads, {}).front());
    }
    void tell(const store::Commit& commit, store::Outcome outcome) {
        desk_.on_committed(group::committed(commit, outcome));
        desk_.turn(now_);
    }
    [[nodiscard]] std::optional<pb::Code> refusal_of(std::uint32_t request) const {
        const auto found = bus_.answers.find(request);
        if (found == bus_.answers.end() || !found->second.has_refused()) return std::nullopt;
        return found->second.refused().code();
    }
    [[nodiscard]] bool is_answered(std::uint32_t request) const {
        return bus_.answers.contains(request);
    }

    AnswersOnly bus_;
    std::deque<group::Load> loads;
    std::deque<store::Commit> commits;

private:
    void load(group::Load load) override { loads.push_back(std::move(load)); }
    void commit(store::Commit commit) override { commits.push_back(std::move(commit)); }
    void hand_on() override {}
    [[nodiscard]] bool advance_read(Positions& positions) override {
        positions.clear();
        return true;
    }
    void on_taken(const bus::Command& /*command*/) override {}
    void on_answer(const bus::ReplyTo& /*to*/, const pb::ServerFrame& /*frame*/) override {}

    Time now_ = from_ms(1'700'000'000'000);
    std::uint32_t last_request_{};
    route::LocalRoutes routes_;
    QuestionDeadline patience_;
    EndlessLease lease_;
    Door door_{lease_};

protected:
    Desk desk_{
        {.port = *this,
         .bus = bus_,
         .routes = routes_,
         .door = door_,
         .patience = patience_,
         .turn_commands = 100},
        {.rate = {}, .staged_max = limits::kStagedPerGroup, .parked_max = limits::kParkedPerGroup}};
};

TEST_F(DeskTest, WhatItDoesNotHoldIsRefused) {
    EXPECT_EQ(refusal_of(create()), pb::CODE_OWNER_MOVED);
    EXPECT_TRUE(loads.empty()) << "a group was made of it";
    gain(1);
    EXPECT_FALSE(is_answered(create()));
}

TEST_F(DeskTest, AnOutcomeOfAFormerTenureIsNobodys) {
    gain(1);
    const std::uint32_t former = create();
    answer_loads();
    ASSERT_EQ(commits.size(), 1U);
    desk_.lose(kPartition);
    gain(2);
    const std::uint32_t next = create();
    answer_loads();
    ASSERT_EQ(commits.size(), 2U);
    EXPECT_EQ(refusal_of(former), pb::CODE_TIMEOUT) << "nobody knows what became of it";

    tell(commits[0], store::Outcome::done);
    EXPECT_FALSE(is_answered(next)) << "acknowledged before it was durable";

    tell(commits[1], store::Outcome::done);
    EXPECT_TRUE(is_answered(next));
    EXPECT_EQ(refusal_of(next), std::nullopt);
}

TEST_F(DeskTest, ALoadOfAFormerTenureIsNobodys) {
    gain(1);
    create();
    ASSERT_EQ(loads.size(), 1U);
    const group::Load former = loads.front();
    desk_.lose(kPartition);
    loads.clear();
    gain(2);
    const std::uint32_t next = create();
    ASSERT_EQ(loads.size(), 1U);
    answer_load(former);
    EXPECT_EQ(loads.size(), 1U) << "the group went on with what it had not asked for";
    EXPECT_FALSE(is_answered(next));
}

// In flight, parked, not taken yet: the first is awaited, the others go on in their order.
TEST_F(DeskTest, AClosedPartitionRefusesNothing) {
    gain(1);
    const std::uint32_t first = create();
    answer_loads();
    ASSERT_EQ(commits.size(), 1U);
    const std::uint32_t second = join();
    std::optional<Handover> handover;
    desk_.close(kPartition, [&](Handover rest) { handover = std::move(rest); });
    const std::uint32_t third = create();
    EXPECT_FALSE(handover) << "a commit is under way";

    tell(commits[0], store::Outcome::done);

    EXPECT_TRUE(is_answered(first));
    EXPECT_FALSE(is_answered(second));
    EXPECT_FALSE(is_answered(third));
    ASSERT_TRUE(handover);
    ASSERT_EQ(handover->commands.size(), 2U);
    EXPECT_EQ(handover->commands[0].reply_to.request_id, second);
    EXPECT_EQ(handover->commands[1].reply_to.request_id, third);
    EXPECT_EQ(refusal_of(create()), pb::CODE_OWNER_MOVED) << "it is not held any more";
}

// The next owner's order is the next owner's: what has a number here and is not in a commit loses
// it.
TEST_F(DeskTest, ALostPartitionTellsEverybodyToAskAgain) {
    gain(1);
    const std::uint32_t first = create();
    answer_loads();
    const std::uint32_t second = join();
    std::optional<Code> asked;
    desk_.on_open(
        {.gid = kGroup, .uid = UserId{99}},
        [&](Result<bus::Reply> reply) { asked = reply ? Code::ok : reply.error().code; },
        from_ms(1'700'000'005'000), from_ms(1'700'000'000'000));
    desk_.lose(kPartition);
    desk_.turn(from_ms(1'700'000'000'000));
    EXPECT_EQ(refusal_of(first), pb::CODE_TIMEOUT);
    EXPECT_EQ(refusal_of(second), pb::CODE_OWNER_MOVED);
    EXPECT_EQ(asked, Code::owner_moved);
}

}  // namespace
}  // namespace stentor::owner
