#pragma once
// A NodeShard on one shard of real sockets: what they tell goes to it, what it asks for comes
// here.
//
// Owner: Gateway. Thread: the shard's own.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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
    NetShardHost(NodeId node, std::uint32_t shard, const session::Rules& rules, bus::Bus& bus,
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
    void on_start(net::Shard& shard, Time now) override;
    void on_connected(ConnectionToken connection, const net::Peer& peer, Time now) override;
    void on_message(ConnectionToken connection, std::string_view bytes, Time now) override;
    void on_drained(ConnectionToken connection, Time now) override;
    void on_stuck(ConnectionToken connection, Time now) override;
    void on_deadline(ConnectionToken connection, Time now) override;
    void on_closed(ConnectionToken connection, Time now) override;
    std::string refusal(const Error& error) override;
    void on_http(net::http::Request request, net::http::Responder responder, Time now) override;
    bool on_turn(Time now) override;
    std::optional<Time> next_wake() override;

private:
    // ---- node::ShardHost
    Written reply(ConnectionToken connection, std::string_view payload) override;
    void forget_waiting(ConnectionToken connection) override;
    void offer(ConnectionToken connection, const SharedPush& push) override;
    Written write(const fanout::Seat& seat, const SharedPush& push) override;
    [[nodiscard]] fanout::Seat seat(ConnectionToken connection) const override;
    [[nodiscard]] std::string address(ConnectionToken connection) const override;
    void greeted(ConnectionToken connection) override;
    void pause_reading(ConnectionToken connection) override;
    void resume_reading(ConnectionToken connection) override;
    void set_deadline(ConnectionToken connection, Time at) override;
    void close(ConnectionToken connection, std::uint16_t close_code, Code reason) override;
    bool enter_gate() override;
    void leave_gate() override;
    void ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) override;
    void draw(std::span<std::uint8_t> random) override;

    bus::Bus& bus_;
    HttpHandler http_;
    net::Shard* shard_{};
    node::NodeShard node_shard_;
    DurationCounts fanout_turns_;
    net::Counter batches_compressed_;
    net::Counter bytes_saved_;
    DurationCounts passes_;
    MaxLatency longest_pass_;
    std::optional<Time> next_pulse_;
};

}  // namespace stentor::gateway
