#pragma once
// Questions to owners by a thread that waits for their answers. Thread: the one that asks.

#include <memory>
#include <stop_token>
#include <utility>
#include <variant>

#include "base/awaited.h"
#include "bus/bus.h"

namespace stentor::bus {

class Asking {
public:
    // `bus` outlives it.
    explicit Asking(Bus& bus) : bus_{bus} {}

    // store_unavailable: the thread is to end.
    [[nodiscard]] Result<Reply> ask(PartitionId partition, Question question,
                                    const std::stop_token& stop) {
        const auto answer = std::make_shared<Awaited<Result<Reply>>>();
        bus_.ask(partition, std::move(question),
                 [answer](Result<Reply> reply) { answer->set(std::move(reply)); });
        auto reply = answer->wait(stop);
        if (!reply) return std::unexpected(Error{.code = Code::store_unavailable});
        return *std::move(reply);
    }
    // Of a question that is answered with this.
    template <class Answer>
    [[nodiscard]] Result<Answer> ask(PartitionId partition, Question question,
                                     const std::stop_token& stop) {
        auto reply = ask(partition, std::move(question), stop);
        if (!reply) return std::unexpected(reply.error());
        return std::get<Answer>(*std::move(reply));
    }

private:
    Bus& bus_;
};

}  // namespace stentor::bus
