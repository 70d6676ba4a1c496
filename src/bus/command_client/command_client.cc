#include "bus/command_client/command_client.h"

#include <pthread.h>

#include <utility>
#include <vector>

#include "auth/random.h"
#include "base/limits.h"

namespace stentor::bus {
namespace {

// An id in the waiting table travels as the index and the generation of a connection that is none.
ConnectionToken token_of(std::uint64_t id) {
    return {.shard = kNoShard,
            .index = static_cast<std::uint32_t>(id >> 32U),
            .generation = static_cast<std::uint32_t>(id)};
}
std::uint64_t id_of(const ConnectionToken& token) {
    return (std::uint64_t{token.index} << 32U) | token.generation;
}

}  // namespace

CommandClient::CommandClient(NodeId node, Bus& bus)
    : node_{node},
      bus_{bus},
      waiting_{std::make_shared<PendingReplies<pb::ServerFrame>>(limits::kAskWithin, "owner")},
      sweeper_{[waiting = waiting_](const std::stop_token& stop) {
          pthread_setname_np(pthread_self(), "poster");
          waiting->sweep(stop);
      }} {}

CommandClient::~CommandClient() = default;

void CommandClient::submit(CommandRequest request, Done done) {
    if (waiting_->size() >= limits::kCommandsWaiting) {
        return done(std::unexpected(
            Error{.code = Code::overloaded, .where = "posts", .retry_after_ms = 1'000}));
    }
    const std::uint64_t id = waiting_->add(std::move(done));
    Command command{.reply_to = {.node = node_, .connection = token_of(id), .request_id = 1},
                    .gid = request.gid,
                    .uid = request.uid,
                    .limits_lifted = request.limits_lifted,
                    .operator_rights = request.operator_rights,
                    .frame = std::move(request.frame)};
    auth::fill_random(command.random);
    const auto submitted = bus_.submit(partition_of(request.gid), std::move(command));
    if (submitted) return;
    if (auto handler = waiting_->take(id)) handler(std::unexpected(submitted.error()));
}

void CommandClient::on_answers(std::vector<Answer> answers) {
    for (Answer& answer : answers) {
        if (auto handler = waiting_->take(id_of(answer.reply_to.connection))) {
            handler(std::move(answer.frame));
        }
    }
}

}  // namespace stentor::bus
