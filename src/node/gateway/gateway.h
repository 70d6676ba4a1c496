#pragma once
// The role that holds connections: a hub, and a node shard on each shard.
//
// Thread: the one that made it, but for hub(). The shards must have been stopped before it goes.

#include <memory>
#include <vector>

#include "bus/bus.h"
#include "bus/route/routes.h"
#include "net/shard_group.h"
#include "node/gateway/hub.h"
#include "node/gateway/net_shard_host.h"
#include "node/session/session.h"

namespace stentor::gateway {

class Gateway {
public:
    // Keeps `gate`, which is that of `rules`, like the record's.
    Gateway(const NodeIdentity& identity, const session::Rules& rules, account::SharedGate& gate,
            bus::Bus& bus, route::Routes& routes, net::ShardGroup& shards);

    [[nodiscard]] Hub& hub() { return hub_; }

    // How long shards' turns of pushing took. After serve(); thread: any.
    [[nodiscard]] std::vector<const DurationCounts*> fanout_turns() const;
    // Opens refused because too many before them, of one connection, missed. Thread: any.
    [[nodiscard]] std::uint64_t opens_held_back() const;
    // Answers by which connections were refused something.
    [[nodiscard]] std::uint64_t refused(Code code) const;
    [[nodiscard]] const account::Budgets& budgets() const { return *rules_.budgets; }
    // Of pushes, likewise: batches that were compressed, and the bytes that this saved.
    struct Compression {
        std::uint64_t batches{};
        std::uint64_t bytes_saved{};
    };
    [[nodiscard]] Compression compression() const;

    // How long passes took, from their first push to their last seat. Likewise.
    [[nodiscard]] std::vector<const DurationCounts*> passes() const;
    // The longest since this was asked last, those under way included. Asked by one alone.
    [[nodiscard]] Millis take_longest_pass();
    // The node's storm level from now on.
    void set_level(storm::Level level);

    // Opens the listeners. Throws std::runtime_error, see ShardGroup::serve.
    void serve(const HttpHandler& http);
    // Nobody new; everybody else is told to come back within `spread`, then waits are over when all
    // have gone or `within` has passed.
    void drain(Millis spread, Millis within);

private:
    NodeId node_;
    session::Rules rules_;
    bus::Bus& bus_;
    net::ShardGroup& shards_;
    Hub hub_;
    std::vector<std::unique_ptr<NetShardHost>> hosts_;
};

}  // namespace stentor::gateway
