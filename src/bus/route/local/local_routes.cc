#include "bus/route/local/local_routes.h"

#include <algorithm>

namespace stentor::route {

void LocalRoutes::report(const Report& report) {
    const std::lock_guard lock{mutex_};
    auto& routes = routes_[report.gid];
    auto found = std::ranges::find(routes, report.node, &Route::node);
    if (found == routes.end()) {
        found = routes.insert(routes.end(), Route{.node = report.node});
    } else if (report.instance < found->instance ||
               (report.instance == found->instance && report.version <= found->version)) {
        return;  // Late: something newer is known.
    }
    *found = {.node = report.node,
              .instance = report.instance,
              .version = report.version,
              .online = report.online};
    // In one process reports cannot pass each other, so an empty route need not be remembered.
    if (report.online == 0) routes.erase(found);
    if (routes.empty()) routes_.erase(report.gid);
}

void LocalRoutes::nodes_of(GroupId gid, std::vector<NodeId>& nodes) {
    nodes.clear();
    const std::lock_guard lock{mutex_};
    const auto found = routes_.find(gid);
    if (found == routes_.end()) return;
    for (const Route& route : found->second) nodes.push_back(route.node);
}

// In one process there is one node, where every user is.
void LocalRoutes::nodes_of(UserId /*uid*/, std::vector<NodeId>& nodes) { this->nodes(nodes); }

void LocalRoutes::nodes(std::vector<NodeId>& nodes) {
    const std::lock_guard lock{mutex_};
    nodes = nodes_;
}

void LocalRoutes::report_node(NodeId node, std::uint64_t /*instance*/) {
    const std::lock_guard lock{mutex_};
    if (std::ranges::find(nodes_, node) == nodes_.end()) nodes_.push_back(node);
}

std::uint64_t LocalRoutes::online(GroupId gid) {
    const std::lock_guard lock{mutex_};
    const auto found = routes_.find(gid);
    if (found == routes_.end()) return 0;
    std::uint64_t sum = 0;
    for (const Route& route : found->second) sum += route.online;
    return sum;
}

}  // namespace stentor::route
