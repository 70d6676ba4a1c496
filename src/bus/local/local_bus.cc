#include "bus/local/local_bus.h"

#include <utility>

#include "base/limits.h"

namespace stentor::bus {

LocalBus::LocalBus()
    : waiting_{std::make_shared<PendingReplies<Reply>>(limits::kAskWithin, "owner")},
      sweeper_{[waiting = waiting_](const std::stop_token& stop) { waiting->sweep(stop); }} {}

LocalBus::~LocalBus() = default;

Result<void> LocalBus::submit(PartitionId partition, Command command) {
    return owner_->on_command(partition, std::move(command));
}

void LocalBus::ask(PartitionId partition, Question question, ReplyHandler reply) {
    const std::uint64_t id = waiting_->add(std::move(reply));
    owner_->on_ask(partition, std::move(question), [waiting = waiting_, id](Result<Reply> answer) {
        if (auto handler = waiting->take(id)) handler(std::move(answer));
    });
}

void LocalBus::publish(NodeId /*node*/, std::shared_ptr<const Items> items) {
    node_->on_items(std::move(items));
}

void LocalBus::answer(NodeId /*node*/, std::vector<Answer> answers) {
    std::vector<Answer> clients = take_clients_answers(answers);
    if (!clients.empty() && client_ != nullptr) client_->on_answers(std::move(clients));
    if (!answers.empty()) node_->on_answers(std::move(answers));
}

void LocalBus::nudge(NodeId /*node*/, std::vector<Nudge> nudges) {
    node_->on_nudges(std::move(nudges));
}

}  // namespace stentor::bus
