#pragma once
// What one partition tells each node, numbered without a hole, so that a node sees when something
// was lost on the way.
//
// Owner: the shell around Partition. Pure. Cost: one copy of the item's shared entries per node.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "bus/bus.h"

namespace stentor::group {

class ItemStream {
public:
    ItemStream(PartitionId partition, Term term) : partition_{partition}, term_{term} {}

    void add(std::span<const NodeId> nodes, const bus::Item& item) {
        for (const NodeId node : nodes) nodes_[node].items.push_back(item);
    }

    // Calls publish(NodeId, std::shared_ptr<const bus::Items>) for each node that has news.
    template <class Publish>
    void flush(Publish&& publish) {
        for (auto& [node, pending] : nodes_) {
            if (pending.items.empty()) continue;
            publish(node, std::make_shared<const bus::Items>(
                              bus::Items{.partition = partition_,
                                         .term = term_,
                                         .number = ++pending.number,
                                         .items = std::exchange(pending.items, {})}));
        }
    }

private:
    struct Pending {
        std::uint64_t number{};
        std::vector<bus::Item> items;
    };

    PartitionId partition_;
    Term term_;
    std::map<NodeId, Pending> nodes_;
};

}  // namespace stentor::group
