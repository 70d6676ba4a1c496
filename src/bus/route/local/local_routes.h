#pragma once
// The routes of a single process, in memory.
//
// Thread: any; one lock for all, held for a look-up.

#include <mutex>
#include <unordered_map>

#include "bus/route/routes.h"

namespace stentor::route {

class LocalRoutes final : public Routes {
public:
    void report(const Report& report) override;
    void nodes_of(GroupId gid, std::vector<NodeId>& nodes) override;
    void nodes_of(UserId uid, std::vector<NodeId>& nodes) override;
    void nodes(std::vector<NodeId>& nodes) override;
    void report_node(NodeId node, std::uint64_t instance) override;
    [[nodiscard]] std::uint64_t online(GroupId gid) override;

private:
    struct Route {
        NodeId node;
        std::uint64_t instance{};
        std::uint64_t version{};
        std::uint32_t online{};
    };

    std::mutex mutex_;
    std::unordered_map<GroupId, std::vector<Route>> routes_;
    std::vector<NodeId> nodes_;
};

}  // namespace stentor::route
