#include "bus/local/local_bus.h"

#include <gtest/gtest.h>

#include <future>

#include "base/limits.h"

namespace stentor::bus {
namespace {

// Keeps the handlers of what it is asked and never answers by itself.
class SilentOwner final : public OwnerInbox {
public:
    Result<void> on_command(PartitionId /*partition*/, Command /*command*/) override { return {}; }
    void on_ask(PartitionId /*partition*/, Question /*question*/, ReplyHandler reply) override {
        handlers.push_back(std::move(reply));
    }
    std::vector<ReplyHandler> handlers;
};

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
