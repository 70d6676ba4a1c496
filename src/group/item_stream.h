#pragma once
// What an owner tells nodes, gathered until it is handed to the bus. Each item is made once, for
// all nodes that show its group.
//
// Owner: the shell around Partition. Pure. Cost: a pointer for each node.

#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "bus/bus.h"

namespace stentor::group {

class ItemStream {
public:
    explicit ItemStream(Term term) : term_{term} {}

    void add(std::span<const NodeId> nodes, bus::GroupItem item) {
        if (nodes.empty()) return;
        const auto shared = std::make_shared<const bus::GroupItem>(std::move(item));
        for (const NodeId node : nodes) nodes_[node].push_back(shared);
    }

    // Calls publish(NodeId, std::shared_ptr<const bus::Items>) for each node that has news.
    template <class Publish>
    void flush(Publish&& publish) {
        for (auto& [node, items] : nodes_) {
            if (items.empty()) continue;
            publish(node, std::make_shared<const bus::Items>(
                              bus::Items{.term = term_, .items = std::exchange(items, {})}));
        }
    }

private:
    Term term_;
    std::map<NodeId, std::vector<std::shared_ptr<const bus::GroupItem>>> nodes_;
};

}  // namespace stentor::group
