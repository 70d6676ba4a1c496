#pragma once
// Answers to commands that came from no connection: from HTTP, an API key, the operator. Who an
// answer goes to follows from its ReplyTo, and each implementation of the bus parts them.

#include <algorithm>
#include <iterator>
#include <vector>

#include "bus/bus.h"

namespace stentor::bus {

// What a command client does with the answers to its own commands. Called on a thread of the bus;
// must not block.
class AnswerInbox {
public:
    AnswerInbox() = default;
    AnswerInbox(const AnswerInbox&) = delete;
    AnswerInbox& operator=(const AnswerInbox&) = delete;
    virtual ~AnswerInbox() = default;

    virtual void on_answers(std::vector<Answer> answers) = 0;
};

// A client's command names no shard; a connection's always does.
[[nodiscard]] inline bool is_of_client(const ReplyTo& reply_to) {
    return reply_to.connection.shard == kNoShard;
}

// Those that are for an AnswerInbox. What stays in `answers` is the NodeInbox's, in its order.
[[nodiscard]] inline std::vector<Answer> take_clients_answers(std::vector<Answer>& answers) {
    const auto clients = std::ranges::stable_partition(
        answers, [](const Answer& answer) { return !is_of_client(answer.reply_to); });
    std::vector<Answer> taken{std::make_move_iterator(clients.begin()),
                              std::make_move_iterator(clients.end())};
    answers.erase(clients.begin(), clients.end());
    return taken;
}

}  // namespace stentor::bus
