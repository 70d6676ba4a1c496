#include "node/gateway/gateway.h"

#include <algorithm>
#include <thread>

namespace stentor::gateway {

Gateway::Gateway(const NodeIdentity& identity, const session::Rules& rules,
                 account::SharedGate& gate, bus::Bus& bus, route::Routes& routes,
                 net::ShardGroup& shards)
    : node_{identity.node},
      rules_{rules},
      bus_{bus},
      shards_{shards},
      hub_{identity, gate, *rules_.budgets, bus, routes, shards} {}

void Gateway::serve(const HttpHandler& http) {
    std::vector<node::NodeShard*> node_shards;
    std::vector<net::Handler*> handlers;
    for (std::uint32_t i = 0; i < shards_.size(); ++i) {
        hosts_.push_back(
            std::make_unique<NetShardHost>(node_, shards_.shard(i), rules_, bus_, hub_, http));
        node_shards.push_back(&hosts_.back()->node_shard());
        handlers.push_back(hosts_.back().get());
    }
    hub_.attach(node_shards);
    shards_.serve(handlers);
}

std::uint64_t Gateway::opens_held_back() const {
    std::uint64_t count = 0;
    for (const auto& node_shard : hosts_) count += node_shard->node_shard().held_back();
    return count;
}

std::uint64_t Gateway::refused(Code code) const {
    std::uint64_t count = 0;
    for (const auto& node_shard : hosts_) count += node_shard->node_shard().refusals().of(code);
    return count;
}

std::vector<const DurationCounts*> Gateway::fanout_turns() const {
    std::vector<const DurationCounts*> turns;
    for (const auto& node_shard : hosts_) turns.push_back(&node_shard->fanout_turns());
    return turns;
}

Gateway::Compression Gateway::compression() const {
    Compression sum;
    for (const auto& node_shard : hosts_) {
        sum.batches += node_shard->batches_compressed();
        sum.bytes_saved += node_shard->bytes_saved();
    }
    return sum;
}

std::vector<const DurationCounts*> Gateway::passes() const {
    std::vector<const DurationCounts*> passes;
    for (const auto& node_shard : hosts_) passes.push_back(&node_shard->passes());
    return passes;
}

Millis Gateway::take_longest_pass() {
    Millis longest{};
    for (const auto& node_shard : hosts_)
        longest = std::max(longest, node_shard->take_longest_pass());
    return longest;
}

void Gateway::set_level(storm::Level level) {
    hub_.put([level](cache::Cache& cache, Time /*now*/) { cache.set_level(level); });
    for (std::uint32_t i = 0; i < shards_.size(); ++i) {
        shards_.shard(i).post(
            [node_shard = &hosts_[i]->node_shard(), level] { node_shard->set_level(level); });
    }
}

void Gateway::drain(Millis spread, Millis within) {
    shards_.stop_accepting();
    for (std::uint32_t i = 0; i < shards_.size(); ++i) {
        shards_.shard(i).post(
            [node_shard = &hosts_[i]->node_shard(), spread] { node_shard->drain(spread); });
    }
    const Time end = now() + within;
    const auto left = [this] {
        std::uint64_t sockets = 0;
        for (std::uint32_t i = 0; i < shards_.size(); ++i) {
            sockets += shards_.counters(i).sockets.value();
        }
        return sockets;
    };
    while (left() > 0 && now() < end) std::this_thread::sleep_for(Millis{10});
}

}  // namespace stentor::gateway
