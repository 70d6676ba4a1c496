// What waits for an owner's threads has a bound, and what is beyond it is told a time.

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <optional>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "bus/local/local_bus.h"
#include "bus/route/local/local_routes.h"
#include "owner/owner.h"
#include "store/memory/memory_store.h"

namespace stentor::owner {
namespace {

constexpr GroupId kGroup{77};

// A worker answers on its own thread: who keeps the first answer keeps the worker.
class HoldingNode final : public bus::NodeInbox {
public:
    void on_items(std::shared_ptr<const bus::Items> /*items*/) override {}
    void on_nudges(std::vector<bus::Nudge> /*nudges*/) override {}
    void on_answers(std::vector<bus::Answer> answers) override {
        if (answered == 0) {
            held.count_down();
            released.wait();
        }
        answered += answers.size();
    }
    std::latch held{1};
    std::latch released{1};
    std::size_t answered{};
};

bus::Command leaving(std::uint32_t request_id) {
    bus::Command command{
        .reply_to = {.node = {1}, .request_id = request_id}, .gid = kGroup, .uid = {1}};
    command.frame.mutable_leave_group()->set_gid(kGroup.value);
    return command;
}

TEST(OwnersQueues, AWorkerTakesSoManyCommandsAndRefusesTheNext) {
    EXPECT_EQ(OwnerOptions{}.mails_max, limits::kWorkerMail);
    constexpr std::size_t kMails = 5;
    store::MemoryStore store;
    HoldingNode node;
    bus::LocalBus bus;
    bus.attach(&node);
    route::LocalRoutes routes;
    {
        Owner owner{store, bus, routes, OwnerOptions{.mails_max = kMails}};
        ASSERT_TRUE(owner.on_command(partition_of(kGroup), leaving(1)));
        node.held.wait();
        for (std::uint32_t i = 0; i < kMails; ++i) {
            EXPECT_TRUE(owner.on_command(partition_of(kGroup), leaving(2 + i))) << i;
        }
        const auto refused = owner.on_command(partition_of(kGroup), leaving(2 + kMails));
        EXPECT_EQ(refused,
                  std::unexpected(Error{
                      .code = Code::overloaded, .where = "partition", .retry_after_ms = 1'000}));
        node.released.count_down();
    }
    EXPECT_EQ(node.answered, 1 + kMails) << "what was taken is answered";
}

// Holds the only loader.
class HoldingStore final : public store::MemoryStore {
public:
    Result<std::vector<std::optional<store::UserRow>>> user_rows(
        std::span<const UserId> uids) override {
        if (uids.size() > 1 && !std::exchange(holds_, true)) {
            held.count_down();
            released.wait();
        }
        return store::MemoryStore::user_rows(uids);
    }
    std::latch held{1};
    std::latch released{1};

private:
    bool holds_{};
};

TEST(OwnersQueues, SoManyHellosWaitAndTheNextIsRefused) {
    EXPECT_EQ(OwnerOptions{}.questions_max, limits::kQuestionsWaiting);
    constexpr std::size_t kHellos = 5;
    HoldingStore store;
    bus::LocalBus bus;
    route::LocalRoutes routes;
    std::vector<Code> answered;
    std::optional<Error> refused;
    {
        Owner owner{store, bus, routes, OwnerOptions{.loaders = 1, .questions_max = kHellos}};
        const Time due = now() + limits::kAskWithin;
        owner.on_ask({}, bus::AskUsers{.asker = {1}, .uids = {{1}, {2}}}, due, [](const auto&) {});
        store.held.wait();
        for (std::size_t i = 0; i < kHellos; ++i) {
            owner.on_ask({}, bus::AskHello{.uid = {1}}, due, [&](const Result<bus::Reply>& reply) {
                answered.push_back(reply ? Code::ok : reply.error().code);
            });
        }
        EXPECT_TRUE(answered.empty());
        owner.on_ask({}, bus::AskHello{.uid = {1}}, due, [&](const Result<bus::Reply>& reply) {
            if (!reply) refused = reply.error();
        });
        EXPECT_EQ(refused, kTooManyQuestions) << "at once";
        store.released.count_down();
    }
    EXPECT_EQ(answered.size(), kHellos);
}

}  // namespace
}  // namespace stentor::owner
