#pragma once
// The worst bus that keeps its promises: commands arrive in order and at least once, late or twice;
// questions, answers and items may be lost, and items be late or told twice; a node may be cut off.
// Everything goes through its wire form. Wiping it loses what was under way, which the clients'
// retries must make good.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "bus/bus.h"
#include "testing/sim/world.h"

namespace stentor::sim {

// Who takes what comes up.
class Holders {
public:
    Holders() = default;
    Holders(const Holders&) = delete;
    Holders& operator=(const Holders&) = delete;
    virtual ~Holders() = default;

    // Of this partition; nobody, while there is none.
    virtual bus::OwnerInbox* holder_of(PartitionId partition) = 0;
    // Who held it before, or nobody.
    virtual bus::OwnerInbox* former_of(PartitionId partition) = 0;
};

class SimBus final : public bus::Bus {
public:
    explicit SimBus(World& world) : world_{world} {}

    void attach(NodeId node, bus::NodeInbox* inbox) { nodes_[node] = inbox; }
    void detach(NodeId node) { nodes_.erase(node); }
    void attach(Holders* holders) { holders_ = holders; }

    // ---- Who owns a partition changes
    // Its commands wait from here on.
    void hold(PartitionId partition) { held_.insert(partition); }
    // What its former owner had taken and did not order: ahead of what waits. Nothing of it comes
    // twice.
    void forward(PartitionId partition, std::vector<bus::Command> commands);
    // It has an owner: what waits is delivered, and where the one before did not hand over, some of
    // what they had taken, again.
    void release(PartitionId partition);

    // Everything that stands in the queue is gone.
    void wipe();
    // Every process is gone, and so is whatever was under way between them.
    void restart();
    // No traffic with this node; its commands wait.
    void cut(NodeId node, Time until) { cut_until_[node] = until; }
    void heal() { cut_until_.clear(); }

    Result<void> submit(PartitionId partition, bus::Command command) override;
    void ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) override;
    void publish(NodeId node, std::shared_ptr<const bus::Items> items) override;
    void answer(NodeId node, std::vector<bus::Answer> answers) override;
    void nudge(NodeId node, std::vector<bus::Nudge> nudges) override;

    // As ask(), from a node that can be cut off.
    void ask_from(NodeId node, PartitionId partition, bus::Question question,
                  bus::ReplyHandler reply);

private:
    struct Queued {
        PartitionId partition;
        bus::Command command;
    };
    struct Delivered {
        Time when;
        Queued queued;
    };
    // One publisher's way to one node.
    struct Way {
        NodeId node;
        Term term;
        friend auto operator<=>(const Way&, const Way&) = default;
    };

    // Never, when it was restarted meanwhile.
    void later(Time when, Task task);
    void pump(NodeId node);
    void deliver(Queued queued);
    void remember(const Queued& queued);
    void repeat(Queued queued, Time first);
    [[nodiscard]] bus::OwnerInbox* asked(PartitionId partition);
    [[nodiscard]] Millis delay();
    [[nodiscard]] bool is_cut(NodeId node) const;

    World& world_;
    std::uint64_t restarts_{};
    Holders* holders_{};
    std::set<PartitionId> held_;
    std::map<PartitionId, std::deque<bus::Command>> waiting_;  // For an owner.
    std::map<NodeId, bus::NodeInbox*> nodes_;
    std::map<NodeId, std::deque<Queued>> up_;
    std::map<NodeId, Line> up_lines_;
    std::map<Way, Line> down_lines_;
    std::map<NodeId, Time> cut_until_;
    std::deque<Delivered> recent_;
    std::map<UserId, Time> joined_;  // When a join of theirs was last delivered.
};

}  // namespace stentor::sim
