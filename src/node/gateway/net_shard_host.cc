#include "node/gateway/net_shard_host.h"

#include <sodium/randombytes.h>

#include <chrono>
#include <utility>

#include "wire/frames.h"

namespace stentor::gateway {
namespace {

// How often the pulse wheel is turned on: pulses are spread over the period in steps of this.
constexpr Millis kPulseStep{100};

}  // namespace

NetShardHost::NetShardHost(NodeId node, std::uint32_t shard, const session::Rules& rules,
                           bus::Bus& bus, node::HubMail& hub, HttpHandler http)
    : bus_{bus},
      http_{std::move(http)},
      node_shard_{
          {.node = node, .shard = shard, .rules = rules, .bus = bus, .hub = hub, .host = *this}} {}

// ---- net::Handler

void NetShardHost::on_start(net::Shard& shard, Time /*now*/) { shard_ = &shard; }

void NetShardHost::on_connected(ConnectionToken connection, const net::Peer& /*peer*/, Time now) {
    node_shard_.on_connected(connection, now);
}

void NetShardHost::on_message(ConnectionToken connection, std::string_view bytes, Time now) {
    node_shard_.on_message(connection, bytes, now);
}

void NetShardHost::on_drained(ConnectionToken connection, Time /*now*/) {
    node_shard_.on_drained(connection);
}

void NetShardHost::on_stuck(ConnectionToken connection, Time /*now*/) {
    node_shard_.on_fault(connection, Code::slow_consumer, "socket");
}

void NetShardHost::on_deadline(ConnectionToken connection, Time now) {
    node_shard_.on_deadline(connection, now);
}

void NetShardHost::on_closed(ConnectionToken connection, Time /*now*/) {
    node_shard_.on_closed(connection);
}

std::string NetShardHost::refusal(const Error& error) { return wire::encode_refused(0, error); }

void NetShardHost::on_http(net::http::Request request, net::http::Responder responder,
                           Time /*now*/) {
    http_(std::move(request), [shard = shard_, responder](net::http::Response response) {
        shard->post([shard, responder, answer = std::move(response)] {
            shard->respond(responder, answer);
        });
    });
}

bool NetShardHost::on_turn(Time now) {
    const std::uint64_t frames = shard_->counters().frames_out.value();
    const auto start = std::chrono::steady_clock::now();
    const fanout::Router::Turn turn = node_shard_.turn(now);
    if (shard_->counters().frames_out.value() != frames) {
        fanout_turns_.add(std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - start));
        batches_compressed_.store(node_shard_.router().workshop().compressions);
        bytes_saved_.store(node_shard_.router().workshop().bytes_saved);
    }
    for (const Millis took : node_shard_.router().ended_passes()) {
        passes_.add(took);
        longest_pass_.add(took);
    }
    longest_pass_.add(node_shard_.router().oldest_pass(now));
    if (!next_pulse_ || now >= *next_pulse_) {
        next_pulse_ = now + kPulseStep;
        node_shard_.pulse(now);
    }
    return turn == fanout::Router::Turn::more;
}

std::optional<Time> NetShardHost::next_wake() { return next_pulse_; }

// ---- node::ShardHost

Written NetShardHost::reply(ConnectionToken connection, std::string_view payload) {
    return shard_->send(connection, payload);
}

void NetShardHost::forget_waiting(ConnectionToken connection) {
    shard_->forget_waiting(connection);
}

void NetShardHost::offer(ConnectionToken connection, const SharedPush& push) {
    static_cast<void>(shard_->write(connection, push));
}

Written NetShardHost::write(const fanout::Seat& seat, const SharedPush& push) {
    return shard_->write_direct(seat.descriptor, seat.connection, push);
}

fanout::Seat NetShardHost::seat(ConnectionToken connection) const {
    return {.descriptor = shard_->descriptor(connection),
            .connection = connection.index,
            .waiting = shard_->waiting(connection),
            .deflates = shard_->deflates(connection)};
}
std::string NetShardHost::address(ConnectionToken connection) const {
    return shard_->address(connection);
}
void NetShardHost::greeted(ConnectionToken connection) { shard_->greeted(connection); }
void NetShardHost::pause_reading(ConnectionToken connection) { shard_->pause_reading(connection); }
void NetShardHost::resume_reading(ConnectionToken connection) {
    shard_->resume_reading(connection);
}
void NetShardHost::set_deadline(ConnectionToken connection, Time at) {
    shard_->set_deadline(connection, at);
}
void NetShardHost::close(ConnectionToken connection, std::uint16_t close_code, Code reason) {
    shard_->close(connection, close_code, name_of(reason));
}
bool NetShardHost::enter_gate() { return shard_->enter_gate(); }
void NetShardHost::leave_gate() { shard_->leave_gate(); }

void NetShardHost::ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) {
    bus_.ask(partition, std::move(question),
             [shard = shard_, reply = std::move(reply)](Result<bus::Reply> answer) mutable {
                 shard->post([reply = std::move(reply), answer = std::move(answer)]() mutable {
                     reply(std::move(answer));
                 });
             });
}

void NetShardHost::draw(std::span<std::uint8_t> random) {
    randombytes_buf(random.data(), random.size());
}

}  // namespace stentor::gateway
