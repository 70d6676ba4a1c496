#include "testing/sim/shard_process.h"

#include <algorithm>
#include <utility>

#include "testing/sim/checks.h"
#include "wire/frames.h"

namespace stentor::sim {
namespace {

// Coarser than the gateway's step, to spare events; the wheel does not mind.
constexpr Millis kPulseStep{2'000};

}  // namespace

ShardProcess::ShardProcess(const Deps& deps)
    : deps_{deps},
      world_{deps.world},
      side_{{.node = deps.node,
             .shard = deps.index,
             .rules = deps.rules,
             .bus = deps.bus,
             .hub = deps.hub,
             .connections = *this,
             .host = *this}},
      known_as_of_{deps.world.now()} {
    deps_.life.after(kPulseStep, [this] { pulse(); });
}

ShardProcess::~ShardProcess() {
    for (const Socket& socket : sockets_) {
        if (socket.link == nullptr) continue;
        socket.link->server_gone();
        // A machine that died says nothing; a process that died has its sockets closed.
        if (world_.random.chance(300)) {
            socket.link->go_silent();
        } else {
            socket.link->cut();
        }
    }
}

// ---- Sockets

void ShardProcess::accept(const std::shared_ptr<Link>& link) {
    auto free = std::ranges::find(sockets_, nullptr, &Socket::link);
    if (free == sockets_.end()) {
        free = sockets_.insert(free, Socket{.generation = deps_.first_generation});
    }
    *free = {.link = link, .generation = free->generation + 1};
    const ConnectionToken connection{.shard = deps_.index,
                                     .index = static_cast<std::uint32_t>(free - sockets_.begin()),
                                     .generation = free->generation};
    link->accept(this, connection, waiting_bytes_);
    world_.tell([&] {
        return "node " + std::to_string(deps_.node.value) + " takes connection " +
               std::to_string(connection.index) + " on shard " + std::to_string(deps_.index);
    });
    side_.on_connected(connection, world_.now());
    plan_turn();
}

bool ShardProcess::leaves_waiting(GroupId gid) {
    const fanout::Audience* audience = side_.router().audience(gid);
    if (audience == nullptr) return false;
    return std::ranges::any_of(audience->seats(), [&](const fanout::Seat& seat) {
        const Socket& socket = sockets_[seat.connection];
        return seat.waiting && socket.link != nullptr && socket.link->has_room();
    });
}

void ShardProcess::on_message(ConnectionToken connection, std::string bytes) {
    deps_.life.guarded([this, connection, bytes = std::move(bytes)] {
        note_token(connection, bytes);
        side_.on_message(connection, bytes, world_.now());
        plan_turn();
    })();
}

void ShardProcess::on_drained(ConnectionToken connection) {
    deps_.life.guarded([this, connection] {
        const Socket& socket = sockets_[connection.index];
        if (socket.generation != connection.generation || socket.link == nullptr) return;
        if (socket.link->waiting()) return;
        side_.on_drained(connection);
        plan_turn();
    })();
}

void ShardProcess::on_stuck(ConnectionToken connection) {
    deps_.life.guarded([this, connection] {
        side_.on_stuck(connection);
        plan_turn();
    })();
}

void ShardProcess::on_closed(ConnectionToken connection) {
    deps_.life.guarded([this, connection] {
        side_.on_closed(connection);
        Socket& socket = sockets_[connection.index];
        if (socket.generation == connection.generation) {
            socket = {.link = nullptr, .generation = socket.generation};
        }
        plan_turn();
    })();
}

// ---- Accounts

void ShardProcess::note_token(ConnectionToken connection, std::string_view bytes) {
    Socket& socket = sockets_[connection.index];
    if (socket.generation != connection.generation || socket.token) return;
    const auto frame = wire::decode_command(bytes);
    if (!frame || !frame->has_hello()) return;
    socket.token = token_in(frame->hello().token());
    world_.tell([&] {
        return "node " + std::to_string(deps_.node.value) + " connection " +
               std::to_string(connection.index) + " shows token " + frame->hello().token();
    });
}

void ShardProcess::check_told(const Socket& socket, const pb::ServerFrame* reply) {
    if (!socket.token || socket.closing) return;  // Nothing more of it is written.
    const Token& token = *socket.token;
    const bool refused = reply != nullptr && reply->has_refused();
    const auto name = [&] {
        return "user " + std::to_string(token.uid.value) + " with the token of " +
               std::to_string(to_ms(token.minted)) + " at node " +
               std::to_string(deps_.node.value) + ", connection " +
               std::to_string(&socket - sockets_.data());
    };
    if (!refused && world_.accounts->was_void_since(token, known_as_of_)) {
        world_.checks->violation(
            name() + " was told " +
            (reply == nullptr ? "something" : "event " + std::to_string(reply->event_case())) +
            " though it is void");
    }
    const bool ends = refused && reply->refused().code() == pb::CODE_TOKEN_INVALID;
    // The owner says so as well, and has its own way to hear of what is good again.
    const Time since = std::min(known_as_of_, world_.now() - limits::kAskWithin);
    if (ends && world_.accounts->was_good_since(token, since)) {
        world_.checks->violation(name() + " was ended though it is good");
    }
}

std::optional<Token> ShardProcess::void_since(Time since) const {
    if (!known_) return std::nullopt;  // They wait for their first answer.
    for (const Socket& socket : sockets_) {
        if (socket.link == nullptr || socket.closing || !socket.token) continue;
        if (world_.accounts->was_void_since(*socket.token, since)) return socket.token;
    }
    return std::nullopt;
}

// ---- Turns

void ShardProcess::plan_turn() {
    if (std::exchange(turn_planned_, true)) return;
    deps_.life.after(world_.random.between(Millis{0}, Millis{2}), [this] { turn(); });
}

void ShardProcess::turn() {
    turn_planned_ = false;
    if (side_.turn(world_.now()) != fanout::Router::Turn::idle) plan_turn();
}

void ShardProcess::pulse() {
    deps_.life.after(kPulseStep, [this] { pulse(); });
    side_.pulse(world_.now());
}

// ---- Connections

Written ShardProcess::send(ConnectionToken connection, std::string_view payload) {
    const auto frame = wire::decode_event(payload);
    check_told(sockets_[connection.index], frame ? &*frame : nullptr);
    if (!link(connection).send(payload)) return Written::refused;
    return link(connection).waiting() ? Written::kept : Written::whole;
}

void ShardProcess::forget_waiting(ConnectionToken connection) { link(connection).forget_rest(); }

Written ShardProcess::write(ConnectionToken connection, const SharedPush& push) {
    return write_direct(descriptor(connection), connection.index, push);
}

Written ShardProcess::write_direct(int /*descriptor*/, ConnectionIndex connection,
                                   const SharedPush& push) {
    check_told(sockets_[connection], nullptr);
    return sockets_[connection].link->write(push->bytes());
}

void ShardProcess::pause_reading(ConnectionToken connection) { link(connection).pause_reading(); }
void ShardProcess::resume_reading(ConnectionToken connection) { link(connection).resume_reading(); }

void ShardProcess::set_deadline(ConnectionToken connection, Time at) {
    const std::uint64_t number = ++sockets_[connection.index].deadline_number;
    if (at == Time::max()) return;
    deps_.life.at(at, [this, connection, number] {
        const Socket& socket = sockets_[connection.index];
        if (socket.generation != connection.generation || socket.deadline_number != number) return;
        side_.on_deadline(connection, world_.now());
        plan_turn();
    });
}

void ShardProcess::close(ConnectionToken connection, std::uint16_t /*close_code*/,
                         std::string_view reason) {
    world_.tell([&] {
        return "node " + std::to_string(deps_.node.value) + " closes connection " +
               std::to_string(connection.index) + ": " + std::string{reason};
    });
    Socket& socket = sockets_[connection.index];
    const bool ended = socket.token && world_.accounts->was_void_since(*socket.token, world_.now());
    if (ended && reason == name_of(Code::token_invalid)) world_.count(Seen::void_session_ended);
    socket.closing = true;
    link(connection).close();
}

// ---- node::ShardHost

// The node may be gone when the answer comes; its life is asked before the node shard is touched.
void ShardProcess::ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) {
    auto answer = std::make_shared<Result<bus::Reply>>();
    auto task = std::make_shared<Task>(
        deps_.life.guarded([this, answer, reply = std::move(reply)]() mutable {
            reply(std::move(*answer));
            plan_turn();
        }));
    deps_.bus.ask_from(deps_.node, partition, std::move(question),
                       [answer, task](Result<bus::Reply> told) {
                           *answer = std::move(told);
                           (*task)();
                       });
}

void ShardProcess::draw(std::span<std::uint8_t> random) {
    for (std::uint8_t& byte : random) byte = static_cast<std::uint8_t>(world_.random.next());
}

}  // namespace stentor::sim
