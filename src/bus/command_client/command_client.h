#pragma once
// Commands to groups from those who have no connection: an HTTP request, an API key, the operator.
// It hears only the answers to its own commands (answer_inbox.h).
//
// Owner: the wiring, which attaches it to the bus beside the node; the bus outlives it.
// Thread: any. Limits: kCommandsWaiting commands without an answer, kAskWithin each.

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "base/pending_replies.h"
#include "bus/answer_inbox.h"
#include "bus/bus.h"

namespace stentor::bus {

// One command, and in whose name.
struct CommandRequest {
    GroupId gid;
    UserId uid;                  // 0: the operator.
    bool operator_rights{true};  // Neither rate nor role is asked.
    bool limits_lifted{};        // Role and rules are asked, no rate: who submits it has their own.
    pb::ClientFrame frame;
};

class CommandClient final : public AnswerInbox {
public:
    // A Refused of the owner's is an answer like any other. Errors: overloaded, nothing was
    // submitted; timeout, the outcome is unknown, and a command with a cmid may be submitted again.
    using Done = std::move_only_function<void(Result<pb::ServerFrame>)>;

    CommandClient(NodeId node, Bus& bus);
    ~CommandClient() override;

    // `done` is called exactly once, perhaps before this returns, and must not block.
    void submit(CommandRequest request, Done done);
    [[nodiscard]] std::size_t waiting() const { return waiting_->size(); }

    // ---- AnswerInbox
    void on_answers(std::vector<Answer> answers) override;

private:
    NodeId node_;
    Bus& bus_;
    std::shared_ptr<PendingReplies<pb::ServerFrame>> waiting_;
    std::jthread sweeper_;
};

}  // namespace stentor::bus
