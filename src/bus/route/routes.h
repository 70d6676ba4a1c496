#pragma once
// The port to the table group -> nodes that have watchers of it. Disposable: nodes report at once
// and on a timer, three missed reports are an absence.

#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.h"

namespace stentor::route {

struct Report {
    NodeId node;
    std::uint64_t
        instance{};  // New with each start of the node: an older one's reports are ignored.
    std::uint64_t version{};  // Grows with each report of an instance: a late one changes nothing.
    GroupId gid;
    std::uint32_t online{};  // 0 removes the route.
};

class Routes {
public:
    Routes() = default;
    Routes(const Routes&) = delete;
    Routes& operator=(const Routes&) = delete;
    virtual ~Routes() = default;

    // Thread: any. The route is in force when this returns.
    virtual void report(const Report& report) = 0;
    virtual void nodes_of(GroupId gid, std::vector<NodeId>& nodes) = 0;
    // Those where `uid` has connections, or more than those.
    virtual void nodes_of(UserId uid, std::vector<NodeId>& nodes) = 0;
    // All that have ever reported and are not gone.
    virtual void nodes(std::vector<NodeId>& nodes) = 0;
    // A node says that it is there, at its start and then as often as it reports.
    virtual void report_node(NodeId node, std::uint64_t instance) = 0;
    [[nodiscard]] virtual std::uint64_t online(GroupId gid) = 0;
};

}  // namespace stentor::route
