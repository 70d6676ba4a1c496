#include "bus/command_client/command_client.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/limits.h"
#include "bus/bus_test_kit.h"

namespace stentor::bus {
namespace {

class KeepingBus final : public bus::QuestionsBus {
public:
    Result<void> submit(PartitionId partition, bus::Command command) override {
        EXPECT_EQ(partition, partition_of(command.gid));
        if (full) return std::unexpected(Error{.code = Code::overloaded, .where = "commands"});
        commands.push_back(std::move(command));
        return {};
    }
    void ask(PartitionId /*partition*/, bus::Question /*question*/,
             bus::ReplyHandler /*reply*/) override {}

    std::vector<bus::Command> commands;
    bool full{};
};

class CommandClientTest : public testing::Test {
protected:
    void submit(std::uint64_t gid) {
        pb::ClientFrame command;
        command.mutable_leave_group()->set_gid(gid);
        client.submit({.gid = {gid}, .uid = {7}, .frame = std::move(command)},
                      [&](Result<pb::ServerFrame> frame) { said.push_back(std::move(frame)); });
    }
    static bus::Answer answer_to(const bus::Command& command, std::uint64_t seq) {
        bus::Answer answer{.reply_to = command.reply_to, .frame = {}};
        answer.frame.mutable_sent()->set_seq(seq);
        return answer;
    }

    KeepingBus bus;
    std::vector<Result<pb::ServerFrame>> said;
    CommandClient client{NodeId{3}, bus};
};

TEST_F(CommandClientTest, EachAnswerFindsItsCommand) {
    submit(10);
    submit(11);
    ASSERT_EQ(bus.commands.size(), 2U);
    EXPECT_EQ(bus.commands[0].reply_to.node, NodeId{3});
    EXPECT_TRUE(bus.commands[0].operator_rights);
    EXPECT_TRUE(is_of_client(bus.commands[0].reply_to));
    EXPECT_NE(bus.commands[0].random, bus.commands[1].random);

    client.on_answers({answer_to(bus.commands[1], 2), answer_to(bus.commands[0], 1)});

    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[0]->sent().seq(), 2U);
    EXPECT_EQ(said[1]->sent().seq(), 1U);
    EXPECT_EQ(client.waiting(), 0U);
}

TEST_F(CommandClientTest, ASecondAnswerIsHeardByNobody) {
    submit(10);
    client.on_answers({answer_to(bus.commands[0], 1)});
    client.on_answers({answer_to(bus.commands[0], 1)});
    EXPECT_EQ(said.size(), 1U);
}

// The process before asked as well, and was answered too late.
TEST_F(CommandClientTest, AnAnswerToAFormerProcessIsHeardByNobody) {
    submit(10);
    KeepingBus later;
    CommandClient successor{NodeId{3}, later};
    successor.submit({.gid = {10}, .uid = {7}, .frame = {}},
                     [&](Result<pb::ServerFrame> frame) { said.push_back(std::move(frame)); });
    successor.on_answers({answer_to(bus.commands[0], 1)});
    EXPECT_TRUE(said.empty());
    successor.on_answers({answer_to(later.commands[0], 1)});
    EXPECT_EQ(said.size(), 1U);
}

TEST_F(CommandClientTest, AnIdComesThroughTheWireFormOfAConnection) {
    for (int i = 0; i < 1'000; ++i) {
        submit(10);
        const ConnectionToken token = bus.commands.back().reply_to.connection;
        EXPECT_EQ(ConnectionToken::unpacked(token.packed()), token);
    }
}

TEST_F(CommandClientTest, AFullPartitionIsSaidAtOnce) {
    bus.full = true;
    submit(10);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].error().code, Code::overloaded);
    EXPECT_EQ(client.waiting(), 0U);
}

TEST_F(CommandClientTest, SoManyWaitAndTheNextIsRefusedUntilOneIsAnswered) {
    for (std::size_t i = 0; i < limits::kCommandsWaiting; ++i) submit(10);
    EXPECT_TRUE(said.empty());
    submit(10);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].error().code, Code::overloaded);
    EXPECT_EQ(said[0].error().where, "posts");
    EXPECT_GT(said[0].error().retry_after_ms, 0U);
    client.on_answers({answer_to(bus.commands[0], 1)});
    submit(10);
    EXPECT_EQ(client.waiting(), limits::kCommandsWaiting);
}

}  // namespace
}  // namespace stentor::bus
