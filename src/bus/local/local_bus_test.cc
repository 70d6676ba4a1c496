#include "bus/local/local_bus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/limits.h"

namespace stentor::bus {
namespace {

using testing::ElementsAre;

// Keeps the handlers of what it is asked and never answers by itself.
class SilentOwner final : public OwnerInbox {
public:
    Result<void> on_command(PartitionId /*partition*/, Command /*command*/) override { return {}; }
    void on_ask(PartitionId /*partition*/, Question /*question*/, Time due,
                ReplyHandler reply) override {
        dues.push_back(due);
        handlers.push_back(std::move(reply));
    }
    std::vector<ReplyHandler> handlers;
    std::vector<Time> dues;
};

class KeepingNode final : public NodeInbox {
public:
    void on_items(std::shared_ptr<const Items> /*items*/) override { ++items; }
    void on_answers(std::vector<Answer> more) override {
        ++calls;
        for (const Answer& answer : more) requests.push_back(answer.reply_to.request_id);
    }
    void on_nudges(std::vector<Nudge> /*nudges*/) override { ++nudges; }

    int items{};
    int nudges{};
    int calls{};
    std::vector<std::uint32_t> requests;
};

class KeepingClient final : public AnswerInbox {
public:
    void on_answers(std::vector<Answer> more) override {
        for (const Answer& answer : more) requests.push_back(answer.reply_to.request_id);
    }
    std::vector<std::uint32_t> requests;
};

Answer to(std::uint32_t shard, std::uint32_t request) {
    return {.reply_to = {.node = {1}, .connection = {.shard = shard}, .request_id = request},
            .frame = {}};
}

TEST(LocalBus, AnswersToClientsAndToConnectionsPartAndKeepTheirOrder) {
    KeepingNode node;
    KeepingClient client;
    LocalBus bus;
    bus.attach(&node);
    bus.attach(&client);
    bus.answer({1}, {to(0, 1), to(kNoShard, 2), to(7, 3), to(kNoShard, 4), to(0, 5)});
    EXPECT_THAT(node.requests, ElementsAre(1, 3, 5));
    EXPECT_THAT(client.requests, ElementsAre(2, 4));
    bus.answer({1}, {to(kNoShard, 6)});
    EXPECT_EQ(node.calls, 1) << "a node is not called for nothing";
    EXPECT_THAT(client.requests, ElementsAre(2, 4, 6));
}

TEST(LocalBus, ANodeWithoutACommandClientHearsOnlyWhatIsForItsConnections) {
    KeepingNode node;
    LocalBus bus;
    bus.attach(&node);
    bus.answer({1}, {to(kNoShard, 1), to(0, 2)});
    bus.publish({1}, std::make_shared<const Items>());
    bus.nudge({1}, {});
    EXPECT_THAT(node.requests, ElementsAre(2));
    EXPECT_EQ(node.items, 1);
    EXPECT_EQ(node.nudges, 1);
}

TEST(LocalBus, AnAskThatNobodyAnswersTimesOutOnce) {
    SilentOwner owner;
    LocalBus bus;
    bus.attach(&owner);
    std::promise<Result<Reply>> promise;
    int calls = 0;
    const Time start = now();
    bus.ask({}, AskUsers{}, [&](Result<Reply> reply) {
        ++calls;
        promise.set_value(std::move(reply));
    });

    const auto reply = promise.get_future().get();

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Code::timeout);
    EXPECT_GE(owner.dues.at(0), start + limits::kAskWithin);
    EXPECT_LE(owner.dues.at(0), now()) << "it is over once its asker has heard so";
    EXPECT_GE(now() - start, limits::kAskWithin);
    owner.handlers.at(0)(Reply{Seq{1}});  // Too late: nobody hears it.
    EXPECT_EQ(calls, 1);
}

TEST(LocalBus, AnAnswerComesOnce) {
    SilentOwner owner;
    LocalBus bus;
    bus.attach(&owner);
    int calls = 0;
    bus.ask({}, AskUsers{}, [&](const Result<Reply>& reply) {
        ++calls;
        EXPECT_TRUE(reply);
    });
    owner.handlers.at(0)(Reply{Seq{1}});
    owner.handlers.at(0)(Reply{Seq{2}});
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace stentor::bus
