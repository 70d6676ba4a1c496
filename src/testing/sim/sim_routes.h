#pragma once
// The table of routes, as a Redis that can be wiped: an older report changes nothing, and a node
// that does not report for three periods is gone.

#include <algorithm>
#include <map>
#include <vector>

#include "bus/route/routes.h"
#include "testing/sim/world.h"

namespace stentor::sim {

class SimRoutes final : public route::Routes {
public:
    explicit SimRoutes(World& world) : world_{world} {}

    void wipe() {
        world_.count(Seen::routes_wiped);
        clear();
    }
    void clear() { routes_.clear(); }

    void report(const route::Report& report) override {
        Route& route = routes_[report.gid][report.node];
        if (report.instance < route.instance) return;
        if (report.instance == route.instance && report.version <= route.version) return;
        route = {.instance = report.instance,
                 .version = report.version,
                 .online = report.online,
                 .expires = world_.now() + kExpiresAfter};
    }
    void nodes_of(GroupId gid, std::vector<NodeId>& nodes) override {
        nodes.clear();
        for (const auto& [node, route] : routes_[gid]) {
            if (route.online > 0 && route.expires > world_.now()) nodes.push_back(node);
        }
    }
    void nodes_of(UserId /*uid*/, std::vector<NodeId>& nodes) override { this->nodes(nodes); }
    void nodes(std::vector<NodeId>& nodes) override { nodes = nodes_; }
    void report_node(NodeId node, std::uint64_t /*instance*/) override {
        if (std::ranges::find(nodes_, node) == nodes_.end()) nodes_.push_back(node);
    }
    std::uint64_t online(GroupId gid) override {
        std::uint64_t sum = 0;
        for (const auto& [node, route] : routes_[gid]) {
            if (route.expires > world_.now()) sum += route.online;
        }
        return sum;
    }

private:
    static constexpr Millis kExpiresAfter{90'000};
    struct Route {
        std::uint64_t instance{};
        std::uint64_t version{};
        std::uint32_t online{};
        Time expires;
    };

    World& world_;
    std::map<GroupId, std::map<NodeId, Route>> routes_;
    std::vector<NodeId> nodes_;
};

}  // namespace stentor::sim
