// What waits for the hub's thread is bounded where it may be lost.

#include "gateway/hub.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "bus/local/local_bus.h"
#include "net/loopback.h"
#include "route/local/local_routes.h"

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

}  // namespace
}  // namespace stentor::gateway
