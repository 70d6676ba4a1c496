#pragma once
// The bus of a single process: calls straight into the inboxes of the owners, the node and
// the command client, which do not block. Nothing is lost and, but in builds for tests, nothing is
// copied; only a deadline is added to asks.
//
// Thread: any. Inboxes are attached before the first call and detached after the last. Limits: of
// each partition that has no owner at the moment, as many commands wait as for a worker.

#include <array>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "base/pending_replies.h"
#include "bus/answer_inbox.h"
#include "bus/bus.h"

namespace stentor::bus {

class LocalBus final : public Bus {
public:
    LocalBus();
    ~LocalBus() override;

    void attach(OwnerInbox* owner);  // Of all partitions.
    void attach(NodeInbox* node) { node_ = node; }
    void attach(AnswerInbox* client) { client_ = client; }

    // ---- A partition changes its owner, and nothing is lost, doubled or out of order.
    // What comes for it waits from here on.
    void hold(PartitionId partition);
    // What the former one had taken and not ordered goes ahead of what waits.
    void hand_over(PartitionId partition, OwnerInbox* owner, std::vector<Command> first);

    Result<void> submit(PartitionId partition, Command command) override;
    void ask(PartitionId partition, Question question, ReplyHandler reply) override;
    void publish(NodeId node, std::shared_ptr<const Items> items) override;
    void answer(NodeId node, std::vector<Answer> answers) override;
    void nudge(NodeId node, std::vector<Nudge> nudges) override;

private:
    // The way up to one partition.
    struct Way {
        std::mutex mutex;
        OwnerInbox* owner{};
        bool held{};
        std::deque<Command> waiting;
    };

    std::array<Way, kPartitions> ways_;
    NodeInbox* node_{};
    AnswerInbox* client_{};  // None: only connections submit.
    std::shared_ptr<PendingReplies<Reply>> waiting_;
    std::jthread sweeper_;
};

}  // namespace stentor::bus
