#pragma once
// A NodeShard on one shard of real sockets: the two speak to each other (base/connections.h), and
// what else is to be done on that shard is done here: its turns, HTTP, questions to owners.
//
// Owner: Gateway. Thread: the shard's own.

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/duration_counts.h"
#include "base/max_latency.h"
#include "bus/bus.h"
#include "net/counters.h"
#include "net/handler.h"
#include "net/shard.h"
#include "node/shell/node_shard.h"

namespace stentor::gateway {

// Any thread may call it, once.
using HttpReply = std::move_only_function<void(net::http::Response)>;
// Thread: each shard's; must not block.
using HttpHandler = std::function<void(net::http::Request, HttpReply)>;

class NetShardHost final : public net::Handler, private node::ShardHost {
public:
    // `shard` outlives it.
    NetShardHost(NodeId node, net::Shard& shard, const session::Rules& rules, bus::Bus& bus,
                 node::HubMail& hub, HttpHandler http);

    [[nodiscard]] node::NodeShard& node_shard() { return node_shard_; }
    // Thread: any.
    [[nodiscard]] const DurationCounts& fanout_turns() const { return fanout_turns_; }
    // Of pushes: what was compressed, and what that saved on the wire.
    [[nodiscard]] std::uint64_t batches_compressed() const { return batches_compressed_.value(); }
    [[nodiscard]] std::uint64_t bytes_saved() const { return bytes_saved_.value(); }
    [[nodiscard]] const DurationCounts& passes() const { return passes_; }
    [[nodiscard]] Millis take_longest_pass() { return longest_pass_.take(); }

    // ---- net::Handler
    void on_start(net::Shard& /*shard*/, Time /*now*/) override {}
    ConnectionEvents& connections() override { return node_shard_; }
    std::string refusal(const Error& error) override;
    void on_http(net::http::Request request, net::http::Responder responder, Time now) override;
    bool on_turn(Time now) override;
    std::optional<Time> next_wake() override;

private:
    // ---- node::ShardHost
    bool try_enter() override { return shard_.enter_gate(); }
    void leave() override { shard_.leave_gate(); }
    void ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) override;
    void draw(std::span<std::uint8_t> random) override;

    bus::Bus& bus_;
    HttpHandler http_;
    net::Shard& shard_;
    node::NodeShard node_shard_;
    DurationCounts fanout_turns_;
    net::Counter batches_compressed_;
    net::Counter bytes_saved_;
    DurationCounts passes_;
    MaxLatency longest_pass_;
    std::optional<Time> next_pulse_;
};

}  // namespace stentor::gateway
