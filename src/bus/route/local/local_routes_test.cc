#include "bus/route/local/local_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stentor::route {
namespace {

constexpr GroupId kGroup{5};

std::vector<NodeId> nodes(LocalRoutes& routes) {
    std::vector<NodeId> nodes;
    routes.nodes_of(kGroup, nodes);
    return nodes;
}

TEST(LocalRoutes, ALateReportChangesNothing) {
    LocalRoutes routes;
    routes.report({.node = {1}, .instance = 1, .version = 2, .gid = kGroup, .online = 5});
    routes.report({.node = {1}, .instance = 1, .version = 1, .gid = kGroup, .online = 0});
    EXPECT_THAT(nodes(routes), testing::ElementsAre(NodeId{1}));
    EXPECT_EQ(routes.online(kGroup), 5U);
}

TEST(LocalRoutes, AnOlderInstanceIsIgnored) {
    LocalRoutes routes;
    routes.report({.node = {1}, .instance = 2, .version = 1, .gid = kGroup, .online = 3});
    routes.report({.node = {1}, .instance = 1, .version = 9, .gid = kGroup, .online = 0});
    EXPECT_EQ(routes.online(kGroup), 3U);
}

TEST(LocalRoutes, NobodyOnlineIsNoRoute) {
    LocalRoutes routes;
    routes.report({.node = {1}, .instance = 1, .version = 1, .gid = kGroup, .online = 1});
    routes.report({.node = {2}, .instance = 1, .version = 1, .gid = kGroup, .online = 2});
    EXPECT_EQ(routes.online(kGroup), 3U);
    routes.report({.node = {1}, .instance = 1, .version = 2, .gid = kGroup, .online = 0});
    EXPECT_THAT(nodes(routes), testing::ElementsAre(NodeId{2}));
}

}  // namespace
}  // namespace stentor::route
