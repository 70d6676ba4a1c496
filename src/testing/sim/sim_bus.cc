#include "testing/sim/sim_bus.h"

#include <iterator>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "bus/answer_inbox.h"
#include "bus/codec/codec.h"

namespace stentor::sim {
namespace {

// What a new owner may be given again: that which the former one may not have acknowledged.
constexpr Millis kUnacknowledged{2'000};

// Items that are late, or come again.
constexpr Millis kItemsLate{3'000};

// Late repeats of these change nothing. A join or a leave would undo what came after it, so a bus
// that keeps order may repeat it only at once.
bool may_repeat_late(const bus::Command& command) {
    return command.frame.has_send() || command.frame.has_read() || command.frame.has_create_group();
}

}  // namespace

Millis SimBus::delay() { return world_.random.between(Millis{0}, world_.faults.bus_delay_max); }

bool SimBus::is_cut(NodeId node) const {
    const auto found = cut_until_.find(node);
    return found != cut_until_.end() && found->second > world_.now();
}

// ---- Up

Result<void> SimBus::submit(PartitionId partition, bus::Command command) {
    if (world_.strikes(world_.faults.post_refused, Seen::post_refused)) {
        return std::unexpected(
            Error{.code = Code::overloaded, .where = "partition", .retry_after_ms = 200});
    }
    const NodeId node = command.reply_to.node;
    up_[node].push_back({.partition = partition, .command = bus::across(command)});
    later(up_lines_[node].arrival(world_.now(), delay()), [this, node] { pump(node); });
    return {};
}

// One planned arrival takes one command.
void SimBus::pump(NodeId node) {
    std::deque<Queued>& queue = up_[node];
    if (queue.empty()) return;
    if (is_cut(node)) {
        later(cut_until_[node], [this, node] { pump(node); });
        return;
    }
    Queued queued = std::move(queue.front());
    queue.pop_front();
    remember(queued);
    if (world_.strikes(world_.faults.post_twice, Seen::post_delivered_twice)) {
        if (may_repeat_late(queued.command)) {
            const Millis pause = world_.random.between(Millis{0}, Millis{3'000});
            later(world_.now() + pause,
                  [this, queued, first = world_.now()] { repeat(queued, first); });
        } else {
            deliver(queued);
        }
    }
    deliver(std::move(queued));
}

// A send that was refused before its sender came in would be taken now, and its sender, who was
// told that it is refused for good, has gone on without it. The order of the port forbids that.
void SimBus::repeat(Queued queued, Time first) {
    const auto joined = joined_.find(queued.command.uid);
    if (joined == joined_.end() || joined->second < first) deliver(std::move(queued));
}

void SimBus::deliver(Queued queued) {
    if (queued.command.frame.has_join_group()) joined_[queued.command.uid] = world_.now();
    bus::OwnerInbox* owner = holders_->holder_of(queued.partition);
    if (owner == nullptr || held_.contains(queued.partition)) {
        return waiting_[queued.partition].push_back(std::move(queued.command));
    }
    static_cast<void>(owner->on_command(queued.partition, std::move(queued.command)));
}

void SimBus::remember(const Queued& queued) {
    while (!recent_.empty() && recent_.front().when + kUnacknowledged < world_.now()) {
        recent_.pop_front();
    }
    if (may_repeat_late(queued.command)) recent_.push_back({world_.now(), queued});
}

void SimBus::forward(PartitionId partition, std::vector<bus::Command> commands) {
    std::deque<bus::Command>& waiting = waiting_[partition];
    waiting.insert(waiting.begin(), std::make_move_iterator(commands.begin()),
                   std::make_move_iterator(commands.end()));
    std::erase_if(recent_, [&](const Delivered& one) { return one.queued.partition == partition; });
}

void SimBus::release(PartitionId partition) {
    held_.erase(partition);
    std::vector<Delivered> again;
    std::erase_if(recent_, [&](Delivered& delivered) {
        if (delivered.queued.partition != partition) return false;
        again.push_back(std::move(delivered));
        return true;
    });
    for (Delivered& delivered : again) repeat(std::move(delivered.queued), delivered.when);
    for (bus::Command& command : std::exchange(waiting_[partition], {})) {
        deliver({.partition = partition, .command = std::move(command)});
    }
}

void SimBus::wipe() {
    world_.count(Seen::queue_wiped);
    for (auto& [node, queue] : up_) queue.clear();
    waiting_.clear();
    recent_.clear();
}

void SimBus::restart() {
    ++restarts_;
    wipe();
    joined_.clear();
    held_.clear();
    up_lines_.clear();
    down_lines_.clear();
}

void SimBus::later(Time when, Task task) {
    world_.clock.at(when, [this, restarts = restarts_, task = std::move(task)]() mutable {
        if (restarts == restarts_) task();
    });
}

// ---- Questions

void SimBus::ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) {
    ask_from({}, partition, std::move(question), std::move(reply));
}

void SimBus::ask_from(NodeId node, PartitionId partition, bus::Question question,
                      bus::ReplyHandler reply) {
    const auto handler = std::make_shared<std::optional<bus::ReplyHandler>>(std::move(reply));
    const auto finish = [handler](Result<bus::Reply> result) {
        if (!*handler) return;
        bus::ReplyHandler taken = std::move(**handler);
        handler->reset();
        taken(std::move(result));
    };
    world_.clock.after(limits::kAskWithin, [this, handler, finish] {
        if (*handler) world_.count(Seen::ask_timed_out);
        finish(
            std::unexpected(Error{.code = Code::timeout, .where = "owner", .retry_after_ms = 200}));
    });
    if (is_cut(node) || world_.strikes(world_.faults.ask_lost, Seen::ask_lost)) return;
    const Time due = world_.now() + limits::kAskWithin;
    later(world_.now() + delay(), [this, node, partition, question = bus::across(question), due,
                                   finish]() mutable {
        bus::OwnerInbox* owner = asked(partition);
        if (owner == nullptr) return;
        owner->on_ask(
            partition, std::move(question), due, [this, node, finish](Result<bus::Reply> result) {
                if (is_cut(node) || world_.strikes(world_.faults.answer_lost, Seen::reply_lost))
                    return;
                later(world_.now() + delay(), [finish, result = bus::across(result)]() mutable {
                    finish(std::move(result));
                });
            });
    });
}

// A table of owners may be old.
bus::OwnerInbox* SimBus::asked(PartitionId partition) {
    if (world_.strikes(world_.faults.ask_misrouted, Seen::ask_misrouted))
        return holders_->former_of(partition);
    return holders_->holder_of(partition);
}

// ---- Down

void SimBus::publish(NodeId node, std::shared_ptr<const bus::Items> items) {
    if (is_cut(node) || world_.strikes(world_.faults.items_lost, Seen::items_lost)) return;
    const auto tell = [this, node,
                       items = std::make_shared<const bus::Items>(bus::across(*items))] {
        const auto found = nodes_.find(node);
        if (found != nodes_.end()) found->second->on_items(items);
    };
    const auto some_time = [this] {
        return world_.now() + world_.random.between(Millis{0}, kItemsLate);
    };
    if (world_.strikes(world_.faults.items_again, Seen::items_again)) later(some_time(), tell);
    const bool late = world_.strikes(world_.faults.items_late, Seen::items_late);
    later(late ? some_time() : down_lines_[{node, items->term}].arrival(world_.now(), delay()),
          tell);
}

void SimBus::answer(NodeId node, std::vector<bus::Answer> answers) {
    if (is_cut(node) || world_.strikes(world_.faults.answer_lost, Seen::answers_lost)) return;
    later(world_.now() + delay(), [this, node, answers = bus::across(answers)]() mutable {
        // No command client is simulated: who wrote without a connection waits for no answer.
        static_cast<void>(bus::take_clients_answers(answers));
        const auto found = nodes_.find(node);
        if (found != nodes_.end()) found->second->on_answers(std::move(answers));
    });
}

void SimBus::nudge(NodeId node, std::vector<bus::Nudge> nudges) {
    if (is_cut(node) || world_.strikes(world_.faults.answer_lost, Seen::answers_lost)) return;
    later(world_.now() + delay(), [this, node, nudges = bus::across(nudges)]() mutable {
        const auto found = nodes_.find(node);
        if (found != nodes_.end()) found->second->on_nudges(std::move(nudges));
    });
}

}  // namespace stentor::sim
