#pragma once
// Which nodes a nudge is for.

#include <variant>
#include <vector>

#include "bus/bus.h"
#include "bus/route/routes.h"

namespace stentor::owner {

inline void find_nodes(route::Routes& routes, const bus::Nudge& nudge, std::vector<NodeId>& nodes) {
    if (const auto* log = std::get_if<bus::UserLogMoved>(&nudge)) {
        routes.nodes_of(log->uid, nodes);
    } else if (const auto* read = std::get_if<bus::ReadMoved>(&nudge)) {
        routes.nodes_of(read->uid, nodes);
    } else if (const auto* reaction = std::get_if<bus::ReactionMoved>(&nudge)) {
        routes.nodes_of(reaction->uid, nodes);
    } else if (const auto* duties = std::get_if<bus::DutiesMoved>(&nudge)) {
        routes.nodes_of(duties->uid, nodes);
    } else {
        routes.nodes(nodes);
    }
}

}  // namespace stentor::owner
