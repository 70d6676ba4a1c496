#pragma once
// The bus of a single process: calls straight into the inboxes of the owner, the node and
// the command client, which do not block. Nothing is lost and nothing is copied; only a deadline is
// added to asks.
//
// Thread: any. Inboxes are attached before the first call and detached after the last.

#include <atomic>
#include <memory>
#include <thread>

#include "base/pending_replies.h"
#include "bus/answer_inbox.h"
#include "bus/bus.h"

namespace stentor::bus {

class LocalBus final : public Bus {
public:
    LocalBus();
    ~LocalBus() override;

    void attach(OwnerInbox* owner) { owner_ = owner; }
    void attach(NodeInbox* node) { node_ = node; }
    void attach(AnswerInbox* client) { client_ = client; }

    Result<void> submit(PartitionId partition, Command command) override;
    void ask(PartitionId partition, Question question, ReplyHandler reply) override;
    void publish(NodeId node, std::shared_ptr<const Items> items) override;
    void answer(NodeId node, std::vector<Answer> answers) override;
    void nudge(NodeId node, std::vector<Nudge> nudges) override;

private:
    OwnerInbox* owner_{};
    NodeInbox* node_{};
    AnswerInbox* client_{};  // None: only connections submit.
    std::shared_ptr<PendingReplies<Reply>> waiting_;
    std::jthread sweeper_;
};

}  // namespace stentor::bus
