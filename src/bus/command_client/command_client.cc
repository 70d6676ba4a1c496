#include "bus/command_client/command_client.h"

#include <pthread.h>

#include <utility>
#include <vector>

#include "auth/random.h"
#include "base/limits.h"

namespace stentor::bus {
namespace {

// An id in the waiting table travels as the index and the generation of a connection that is none.
constexpr unsigned kIdBits = 52;
constexpr std::uint64_t kIdMask = (std::uint64_t{1} << kIdBits) - 1;

ConnectionToken token_of(std::uint64_t id) {
    return ConnectionToken::unpacked((std::uint64_t{kNoShard} << kIdBits) | id);
}
std::uint64_t id_of(const ConnectionToken& token) { return token.packed() & kIdMask; }

// Somewhere in the lower half: an answer to what the process before has asked finds nobody here.
std::uint64_t first_id() { return auth::random_u64() & (kIdMask >> 1U); }

}  // namespace

CommandClient::CommandClient(NodeId node, Bus& bus)
    : node_{node},
      bus_{bus},
      waiting_{std::make_shared<PendingReplies<pb::ServerFrame>>(limits::kAskWithin, "owner",
                                                                 first_id())},
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
