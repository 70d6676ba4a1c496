#include "api/poster.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/limits.h"
#include "bus/bus_test_kit.h"

namespace stentor::api {
namespace {

class KeepingBus final : public bus::QuestionsBus {
public:
    Result<void> post(PartitionId partition, bus::Post post) override {
        EXPECT_EQ(partition, partition_of(post.gid));
        if (full) return std::unexpected(Error{.code = Code::overloaded, .where = "commands"});
        posts.push_back(std::move(post));
        return {};
    }
    void ask(PartitionId /*partition*/, bus::Question /*question*/,
             bus::ReplyHandler /*reply*/) override {}

    std::vector<bus::Post> posts;
    bool full{};
};

class KeepingNode final : public bus::NodeInbox {
public:
    void on_items(std::shared_ptr<const bus::Items> /*items*/) override { ++items; }
    void on_answers(std::vector<bus::Answer> more) override {
        for (bus::Answer& answer : more) answers.push_back(std::move(answer));
    }
    void on_nudges(std::vector<bus::Nudge> /*nudges*/) override { ++nudges; }

    int items{};
    int nudges{};
    std::vector<bus::Answer> answers;
};

class PosterTest : public testing::Test {
protected:
    void post(std::uint64_t gid) {
        pb::ClientFrame command;
        command.mutable_leave_group()->set_gid(gid);
        poster.post({.gid = {gid}, .uid = {7}, .command = std::move(command)},
                    [&](Result<pb::ServerFrame> frame) { said.push_back(std::move(frame)); });
    }
    static bus::Answer answer_to(const bus::Post& post, std::uint64_t seq) {
        bus::Answer answer{.reply_to = post.reply_to, .frame = {}};
        answer.frame.mutable_sent()->set_seq(seq);
        return answer;
    }

    KeepingBus bus;
    KeepingNode node;
    std::vector<Result<pb::ServerFrame>> said;
    Poster poster{NodeId{3}, bus, node};
};

TEST_F(PosterTest, EachAnswerFindsItsPostAndOthersGoOnToTheNode) {
    post(10);
    post(11);
    ASSERT_EQ(bus.posts.size(), 2U);
    EXPECT_EQ(bus.posts[0].reply_to.node, NodeId{3});
    EXPECT_TRUE(bus.posts[0].operator_rights);
    EXPECT_NE(bus.posts[0].random, bus.posts[1].random);

    bus::Answer other{.reply_to = {.node = {3}, .connection = {.shard = 1}}, .frame = {}};
    poster.on_answers({answer_to(bus.posts[1], 2), other, answer_to(bus.posts[0], 1)});

    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[0]->sent().seq(), 2U);
    EXPECT_EQ(said[1]->sent().seq(), 1U);
    ASSERT_EQ(node.answers.size(), 1U);
    EXPECT_EQ(node.answers[0].reply_to.connection.shard, 1U);
    EXPECT_EQ(poster.waiting(), 0U);
}

TEST_F(PosterTest, ASecondAnswerIsHeardByNobody) {
    post(10);
    poster.on_answers({answer_to(bus.posts[0], 1)});
    poster.on_answers({answer_to(bus.posts[0], 1)});
    EXPECT_EQ(said.size(), 1U);
    EXPECT_TRUE(node.answers.empty());
}

TEST_F(PosterTest, AFullPartitionIsSaidAtOnce) {
    bus.full = true;
    post(10);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].error().code, Code::overloaded);
    EXPECT_EQ(poster.waiting(), 0U);
}

TEST_F(PosterTest, SoManyWaitAndTheNextIsRefusedUntilOneIsAnswered) {
    for (std::size_t i = 0; i < limits::kPostsWaiting; ++i) post(10);
    EXPECT_TRUE(said.empty());
    post(10);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].error().code, Code::overloaded);
    EXPECT_EQ(said[0].error().where, "posts");
    EXPECT_GT(said[0].error().retry_after_ms, 0U);
    poster.on_answers({answer_to(bus.posts[0], 1)});
    post(10);
    EXPECT_EQ(poster.waiting(), limits::kPostsWaiting);
}

TEST_F(PosterTest, WhatIsNotAnswersGoesOnToTheNode) {
    poster.on_items(nullptr);
    poster.on_nudges({});
    EXPECT_EQ(node.items, 1);
    EXPECT_EQ(node.nudges, 1);
}

}  // namespace
}  // namespace stentor::api
