// What waits for the hub's thread is bounded where it may be lost; what it tells a shard comes in
// the order in which it was told.

#include "node/gateway/hub.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "bus/local/local_bus.h"
#include "bus/route/local/local_routes.h"
#include "net/loopback.h"
#include "node/cache/cache_test_kit.h"
#include "node/shell/node_shard.h"
#include "node/shell/node_shard_test_kit.h"
#include "wire/envelope.h"

namespace stentor::gateway {
namespace {

using net::testing::wait_for;

TEST(Hub, WhatOwnersTellIsDroppedPastItsBoundAndWhatConnectionsAskIsNot) {
    constexpr std::size_t kMail = 4;
    constexpr int kAsked = 100;
    account::SharedGate gate{account::kTokenLives};
    account::Budgets budgets;
    bus::LocalBus bus;
    route::LocalRoutes routes;
    net::testing::Server server;
    Hub hub{{.node = {1}, .instance = 1}, gate, budgets, bus, routes, server.group, kMail};

    std::atomic<bool> held{false};
    std::latch go_on{1};
    hub.put([&](cache::Cache& /*cache*/, Time /*now*/) {
        held = true;
        go_on.wait();
    });
    ASSERT_TRUE(wait_for([&] { return held.load(); }));
    for (std::size_t i = 0; i < kMail; ++i) hub.on_nudges({});
    EXPECT_EQ(hub.dropped(), 0U);
    hub.on_nudges({});
    hub.on_items(std::make_shared<const bus::Items>());
    EXPECT_EQ(hub.dropped(), 2U);

    std::atomic<int> ran{0};
    for (int i = 0; i < kAsked; ++i) {
        hub.put([&](cache::Cache& /*cache*/, Time /*now*/) { ++ran; });
    }
    hub.on_nudges({});
    EXPECT_EQ(hub.dropped(), 3U) << "what connections ask stands in the same queue";
    go_on.count_down();
    EXPECT_TRUE(wait_for([&] { return ran == kAsked; }));
    hub.on_nudges({});
    EXPECT_EQ(hub.dropped(), 3U) << "there is room again";
}

// Answers who opens a group, and tells of one more entry right behind.
class Owner final : public node::Bus {
public:
    void ask(PartitionId /*partition*/, bus::Question question, bus::ReplyHandler reply) override {
        if (!std::holds_alternative<bus::AskOpen>(question)) return;
        reply(bus::OpenAnswer{.member = {.role = pb::ROLE_MEMBER, .version = 1},
                              .view = log.view(),
                              .epoch = log.epoch,
                              .term = cache::kTerm,
                              .versions = {1, 1}});
        const Digest before = log.digests.back();
        log.add(1);
        hub->on_items(std::make_shared<const bus::Items>(
            cache::items_of({.gid = cache::kGroup,
                             .epoch = log.epoch,
                             .from = 1,
                             .to = 2,
                             .events = {bus::EntriesAdded{log.slice(4, 4), before}}})));
    }

    cache::Log log{3};
    Hub* hub{};
};

class Order final : public node::Sockets {
public:
    Written send(ConnectionToken /*connection*/, std::string_view payload) override {
        note(*wire::decode_event(payload));
        return Written::whole;
    }
    Written write_direct(int /*descriptor*/, ConnectionIndex /*connection*/,
                         const SharedPush& push) override {
        note(*wire::decode_event(push->payload(0)));
        return Written::whole;
    }
    void note(const pb::ServerFrame& frame) {
        if (frame.has_opened()) told += "opened ";
        if (frame.has_batch()) told += "batch ";
        if (frame.has_head()) told += "head ";
    }
    std::string told;
};

// Pushes continue an Opened: one that came before it would be lost on a session without a seat.
TEST(Hub, AnOpenedIsOnItsShardBeforeWhatIsPushedBehindIt) {
    account::SharedGate gate{account::kTokenLives};
    account::Budgets budgets;
    route::LocalRoutes routes;
    node::Tokens tokens;
    Owner owner;
    Order sockets;
    net::testing::Server server;
    server.serve();
    Hub hub{{.node = {1}, .instance = 1}, gate, budgets, owner, routes, server.group};
    owner.hub = &hub;
    node::NodeShard node_shard{{.node = {1},
                                .shard = 0,
                                .rules = {.verifier = tokens, .gate = gate},
                                .bus = owner,
                                .hub = hub,
                                .connections = sockets,
                                .host = sockets}};
    hub.attach({&node_shard});
    const ConnectionToken ann{.shard = 0, .index = 0, .generation = 1};
    server.on_shard([&](net::Shard& /*shard*/) {
        node_shard.on_accounts_known(now());
        node_shard.on_connected(ann, now());
        node_shard.on_message(ann, node::hello("ann", 1), now());
        node_shard.on_message(ann, node::open_command(cache::kGroup, 2), now());
    });
    const auto has_both = [&] {
        std::string told;
        server.on_shard([&](net::Shard& /*shard*/) {
            node_shard.turn(now());
            told = sockets.told;
        });
        return told == "opened batch ";
    };
    EXPECT_TRUE(wait_for(has_both)) << sockets.told;
}

}  // namespace
}  // namespace stentor::gateway
