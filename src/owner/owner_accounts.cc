// Changes of accounts: written, taken into the owner's gate, told to nodes, and answered once what
// was under way is settled.

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "owner/owner.h"

namespace stentor::owner {

void Owner::change_user(const bus::AskChangeUser& change, bus::ReplyHandler reply) {
    Result<bus::Reply> answer;
    {
        const std::lock_guard lock{accounts_.turn_of(change.uid)};
        answer = questions_.answer(change);
    }
    const bool moves = change.disabled || change.tokens_since || change.ended_token || change.erase;
    if (!answer || !moves) return reply(std::move(answer));
    const auto head = accounts_.catch_up();
    // It is written, but not in force: whoever asked may ask again, and nodes will.
    if (!head) return reply(std::unexpected(head.error()));
    std::vector<NodeId> nodes;
    routes_.nodes(nodes);
    for (const NodeId node : nodes) bus_.nudge(node, {bus::AccountMoved{*head}});
    settle(change.uid, std::move(answer), std::move(reply));
}

void Owner::settle(UserId uid, Result<bus::Reply> answer, bus::ReplyHandler reply) {
    struct Waiting {
        std::atomic<std::size_t> workers;
        Result<bus::Reply> answer;
        bus::ReplyHandler reply;
    };
    auto waiting = std::make_shared<Waiting>(workers_.size(), std::move(answer), std::move(reply));
    for (const auto& worker : workers_) {
        worker->settle(uid, [waiting] {
            if (--waiting->workers == 0) waiting->reply(std::move(waiting->answer));
        });
    }
}

}  // namespace stentor::owner
