#pragma once
// Questions to owners by a thread that waits for their answers. Thread: the one that asks.

#include <memory>
#include <stop_token>
#include <utility>
#include <variant>

#include "base/awaited.h"
#include "bus/bus.h"

namespace stentor::web_push {

class Asking {
public:
    // `bus` outlives it.
    explicit Asking(bus::Bus& bus) : bus_{bus} {}

    // store_unavailable: the thread is to end.
    template <class Answer>
    [[nodiscard]] Result<Answer> ask(PartitionId partition, bus::Question question,
                                     const std::stop_token& stop) {
        const auto answer = std::make_shared<Awaited<Result<bus::Reply>>>();
        bus_.ask(partition, std::move(question),
                 [answer](Result<bus::Reply> reply) { answer->set(std::move(reply)); });
        auto reply = answer->wait(stop);
        if (!reply) return std::unexpected(Error{.code = Code::store_unavailable});
        if (!*reply) return std::unexpected(reply->error());
        return std::get<Answer>(*std::move(*reply));
    }

private:
    bus::Bus& bus_;
};

}  // namespace stentor::web_push
