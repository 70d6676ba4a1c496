#pragma once
// The bus of a single process: calls straight into the owner's and the node's inboxes, which are
// mailboxes themselves. Nothing is lost and nothing is copied; only a deadline is added to asks.
//
// Thread: any. Inboxes are attached before the first call and detached after the last.

#include <atomic>
#include <memory>
#include <thread>

#include "base/pending_replies.h"
#include "bus/bus.h"

namespace stentor::bus {

class LocalBus final : public Bus {
public:
    LocalBus();
    ~LocalBus() override;

    void attach(OwnerInbox* owner) { owner_ = owner; }
    void attach(NodeInbox* node) { node_ = node; }

    Result<void> submit(PartitionId partition, Command command) override;
    void ask(PartitionId partition, Question question, ReplyHandler reply) override;
    void publish(NodeId node, std::shared_ptr<const Items> items) override;
    void answer(NodeId node, std::vector<Answer> answers) override;
    void nudge(NodeId node, std::vector<Nudge> nudges) override;

private:
    OwnerInbox* owner_{};
    NodeInbox* node_{};
    std::shared_ptr<PendingReplies<Reply>> deadlines_;
    std::jthread sweeper_;
};

}  // namespace stentor::bus
