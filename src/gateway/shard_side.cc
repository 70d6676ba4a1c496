#include "gateway/shard_side.h"

#include <sodium/randombytes.h>

#include <chrono>
#include <utility>

#include "wire/frames.h"

namespace stentor::gateway {
namespace {

fanout::Written told(net::Written written) {
    switch (written) {
        case net::Written::whole: return fanout::Written::whole;
        case net::Written::kept: return fanout::Written::kept;
        case net::Written::refused: break;
    }
    return fanout::Written::refused;
}

// How often the pulse wheel is turned on: pulses are spread over the period in steps of this.
constexpr Millis kPulseStep{100};

}  // namespace

ShardSide::ShardSide(NodeId node, std::uint32_t shard, const session::Rules& rules, bus::Bus& bus,
                     node::HubMail& hub, HttpHandler http)
    : bus_{bus},
      http_{std::move(http)},
      side_{
          {.node = node, .shard = shard, .rules = rules, .bus = bus, .hub = hub, .shell = *this}} {}

// ---- net::Handler

void ShardSide::on_start(net::Shard& shard, Time /*now*/) { shard_ = &shard; }

void ShardSide::on_opened(ConnectionToken connection, const net::Peer& /*peer*/, Time now) {
    side_.on_connected(connection, now);
}

void ShardSide::on_message(ConnectionToken connection, std::string_view bytes, Time now) {
    side_.on_message(connection, bytes, now);
}

void ShardSide::on_drained(ConnectionToken connection, Time /*now*/) {
    side_.on_drained(connection);
}

void ShardSide::on_stuck(ConnectionToken connection, Time /*now*/) {
    side_.on_fault(connection, Code::slow_consumer, "socket");
}

void ShardSide::on_deadline(ConnectionToken connection, Time now) {
    side_.on_deadline(connection, now);
}

void ShardSide::on_closed(ConnectionToken connection, Time /*now*/) { side_.on_closed(connection); }

std::string ShardSide::refusal(const Error& error) { return wire::encode_refused(0, error); }

void ShardSide::on_http(net::http::Request request, net::http::Responder responder, Time /*now*/) {
    http_(std::move(request), [shard = shard_, responder](net::http::Response response) {
        shard->post([shard, responder, answer = std::move(response)] {
            shard->respond(responder, answer);
        });
    });
}

bool ShardSide::on_turn(Time now) {
    const std::uint64_t frames = shard_->counters().frames_out.value();
    const auto start = std::chrono::steady_clock::now();
    const fanout::Router::Turn turn = side_.turn(now);
    if (shard_->counters().frames_out.value() != frames) {
        fanout_turns_.add(std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - start));
        batches_compressed_.store(side_.router().workshop().compressions);
        bytes_saved_.store(side_.router().workshop().bytes_saved);
    }
    for (const Millis took : side_.router().ended_passes()) {
        passes_.add(took);
        longest_pass_.add(took);
    }
    longest_pass_.add(side_.router().oldest_pass(now));
    if (!next_pulse_ || now >= *next_pulse_) {
        next_pulse_ = now + kPulseStep;
        side_.pulse(now);
    }
    return turn == fanout::Router::Turn::more;
}

std::optional<Time> ShardSide::next_wake() { return next_pulse_; }

// ---- node::Shell

fanout::Written ShardSide::reply(ConnectionToken connection, std::string_view payload) {
    return told(shard_->send(connection, payload));
}

void ShardSide::forget_waiting(ConnectionToken connection) { shard_->forget_waiting(connection); }

void ShardSide::offer(ConnectionToken connection, const SharedBytes& frame) {
    static_cast<void>(shard_->write(connection, frame));
}

fanout::Written ShardSide::write(const fanout::Seat& seat, const SharedBytes& bytes) {
    return told(shard_->write_direct(seat.descriptor, seat.connection, bytes));
}

fanout::Seat ShardSide::seat(ConnectionToken connection) const {
    return {.descriptor = shard_->descriptor(connection),
            .connection = connection.index,
            .waiting = shard_->waiting(connection),
            .deflates = shard_->deflates(connection)};
}
std::string ShardSide::address(ConnectionToken connection) const {
    return shard_->address(connection);
}
void ShardSide::greeted(ConnectionToken connection) { shard_->greeted(connection); }
void ShardSide::pause_reading(ConnectionToken connection) { shard_->pause_reading(connection); }
void ShardSide::resume_reading(ConnectionToken connection) { shard_->resume_reading(connection); }
void ShardSide::set_deadline(ConnectionToken connection, Time at) {
    shard_->set_deadline(connection, at);
}
void ShardSide::close(ConnectionToken connection, std::uint16_t close_code, Code reason) {
    shard_->close(connection, close_code, name_of(reason));
}
bool ShardSide::enter_gate() { return shard_->enter_gate(); }
void ShardSide::leave_gate() { shard_->leave_gate(); }

void ShardSide::ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) {
    bus_.ask(partition, std::move(question),
             [shard = shard_, reply = std::move(reply)](Result<bus::Reply> answer) mutable {
                 shard->post([reply = std::move(reply), answer = std::move(answer)]() mutable {
                     reply(std::move(answer));
                 });
             });
}

void ShardSide::draw(std::span<std::uint8_t> random) {
    randombytes_buf(random.data(), random.size());
}

}  // namespace stentor::gateway
