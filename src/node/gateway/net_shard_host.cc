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

NetShardHost::NetShardHost(NodeId node, net::Shard& shard, const session::Rules& rules,
                           bus::Bus& bus, node::HubMail& hub, HttpHandler http)
    : bus_{bus},
      http_{std::move(http)},
      shard_{shard},
      node_shard_{{.node = node,
                   .shard = shard.id(),
                   .rules = rules,
                   .bus = bus,
                   .hub = hub,
                   .connections = shard,
                   .host = *this}} {}

// ---- net::Handler

std::string NetShardHost::refusal(const Error& error) { return wire::encode_refused(0, error); }

void NetShardHost::on_http(net::http::Request request, net::http::Responder responder,
                           Time /*now*/) {
    http_(std::move(request), [shard = &shard_, responder](net::http::Response response) {
        shard->post([shard, responder, answer = std::move(response)] {
            shard->respond(responder, answer);
        });
    });
}

bool NetShardHost::on_turn(Time now) {
    const std::uint64_t frames = shard_.counters().frames_out.value();
    const auto start = std::chrono::steady_clock::now();
    const fanout::Router::Turn turn = node_shard_.turn(now);
    if (shard_.counters().frames_out.value() != frames) {
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

void NetShardHost::ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) {
    bus_.ask(partition, std::move(question),
             [shard = &shard_, reply = std::move(reply)](Result<bus::Reply> answer) mutable {
                 shard->post([reply = std::move(reply), answer = std::move(answer)]() mutable {
                     reply(std::move(answer));
                 });
             });
}

void NetShardHost::draw(std::span<std::uint8_t> random) {
    randombytes_buf(random.data(), random.size());
}

}  // namespace stentor::gateway
