#include "bus/local/local_bus.h"

#include <iterator>
#include <utility>

#include "base/limits.h"
#include "bus/codec/codec.h"
#include "wire/frames.h"

namespace stentor::bus {
namespace {

// In some builds for tests everything goes through its wire form, too.
template <class Message>
Message crossed(Message message) {
#ifdef STENTOR_WIRE_FORM
    return across(message);
#else
    return message;
#endif
}

std::shared_ptr<const Items> crossed(std::shared_ptr<const Items> items) {
#ifdef STENTOR_WIRE_FORM
    return std::make_shared<const Items>(across(*items));
#else
    return items;
#endif
}

}  // namespace

LocalBus::LocalBus()
    : waiting_{std::make_shared<PendingReplies<Reply>>(limits::kAskWithin, "owner")},
      sweeper_{[waiting = waiting_](const std::stop_token& stop) { waiting->sweep(stop); }} {}

LocalBus::~LocalBus() = default;

void LocalBus::attach(OwnerInbox* owner) {
    for (Way& way : ways_) {
        const std::lock_guard lock{way.mutex};
        way.owner = owner;
    }
}

void LocalBus::hold(PartitionId partition) {
    Way& way = ways_[partition.value];
    const std::lock_guard lock{way.mutex};
    way.held = true;
}

void LocalBus::hand_over(PartitionId partition, OwnerInbox* owner, std::vector<Command> first) {
    Way& way = ways_[partition.value];
    std::vector<Answer> refused;
    {
        const std::lock_guard lock{way.mutex};
        way.owner = owner;
        way.held = false;
        way.waiting.insert(way.waiting.begin(), std::make_move_iterator(first.begin()),
                           std::make_move_iterator(first.end()));
        for (Command& command : std::exchange(way.waiting, {})) {
            const ReplyTo to = command.reply_to;
            const auto taken = owner->on_command(partition, std::move(command));
            if (taken || to.request_id == 0) continue;
            refused.push_back({.reply_to = to, .frame = {}});
            *refused.back().frame.mutable_refused() = wire::refused_of(taken.error());
        }
    }
    for (Answer& one : refused) {
        const NodeId node = one.reply_to.node;
        answer(node, {std::move(one)});
    }
}

Result<void> LocalBus::submit(PartitionId partition, Command command) {
    command = crossed(std::move(command));
    Way& way = ways_[partition.value];
    // Held while it is handed on: nobody overtakes it on the way to another owner.
    const std::lock_guard lock{way.mutex};
    if (!way.held) return way.owner->on_command(partition, std::move(command));
    if (way.waiting.size() >= limits::kWorkerMail) {
        return std::unexpected(
            Error{.code = Code::overloaded, .where = "partition", .retry_after_ms = 1'000});
    }
    way.waiting.push_back(std::move(command));
    return {};
}

void LocalBus::ask(PartitionId partition, Question question, ReplyHandler reply) {
    const std::uint64_t id = waiting_->add(std::move(reply));
    OwnerInbox* owner = nullptr;
    {
        Way& way = ways_[partition.value];
        const std::lock_guard lock{way.mutex};
        owner = way.owner;
    }
    owner->on_ask(partition, crossed(std::move(question)), now() + limits::kAskWithin,
                  [waiting = waiting_, id](Result<Reply> answer) {
                      auto handler = waiting->take(id);
                      if (handler) handler(crossed(std::move(answer)));
                  });
}

void LocalBus::publish(NodeId /*node*/, std::shared_ptr<const Items> items) {
    node_->on_items(crossed(std::move(items)));
}

void LocalBus::answer(NodeId /*node*/, std::vector<Answer> answers) {
    answers = crossed(std::move(answers));
    std::vector<Answer> clients = take_clients_answers(answers);
    if (!clients.empty() && client_ != nullptr) client_->on_answers(std::move(clients));
    if (!answers.empty()) node_->on_answers(std::move(answers));
}

void LocalBus::nudge(NodeId /*node*/, std::vector<Nudge> nudges) {
    node_->on_nudges(crossed(std::move(nudges)));
}

}  // namespace stentor::bus
