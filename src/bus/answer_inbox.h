#pragma once
// Answers to commands that came from no connection: from HTTP, an API key, the operator. Who an
// answer goes to follows from its ReplyTo, and each implementation of the bus parts them.

#include <utility>
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
    std::vector<Answer> taken;
    for (Answer& answer : answers) {
        if (is_of_client(answer.reply_to)) taken.push_back(std::move(answer));
    }
    if (!taken.empty()) {
        std::erase_if(answers, [](const Answer& answer) { return is_of_client(answer.reply_to); });
    }
    return taken;
}

}  // namespace stentor::bus
