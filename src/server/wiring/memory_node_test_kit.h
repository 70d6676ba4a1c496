#pragma once
// A node with everything but its disk, over real sockets: for tests of threads.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "bus/local/local_bus.h"
#include "bus/route/local/local_routes.h"
#include "net/shard_group.h"
#include "node/gateway/gateway.h"
#include "node/session/session.h"
#include "owner/owner.h"
#include "store/store.h"

namespace stentor::server {

// A token is its user's number: what tokens cost is not the question here.
class NumberVerifier final : public session::Verifier {
public:
    Result<session::Identity> verify(std::string_view token, Time now) const override {
        std::uint64_t uid = 0;
        std::from_chars(token.data(), token.data() + token.size(), uid);
        return session::Identity{
            .uid = {uid}, .minted = now, .expires = now + std::chrono::hours{24}, .bench = true};
    }
};

struct MemoryNode {
    MemoryNode(store::Store& store, const owner::OwnerOptions& options, std::uint32_t shards_count)
        : shards{{.shards = shards_count}}, owner{store, bus, routes, options} {
        bus.attach(&gateway.hub());
        bus.attach(&owner);
        gateway.serve([](net::http::Request, gateway::HttpReply) {});
    }
    MemoryNode(const MemoryNode&) = delete;
    MemoryNode& operator=(const MemoryNode&) = delete;
    ~MemoryNode() { shards.stop(); }

    net::ShardGroup shards;
    bus::LocalBus bus;
    route::LocalRoutes routes;
    NumberVerifier verifier;
    account::SharedGate gate{account::kTokenLives};
    gateway::Gateway gateway{{.node = {1}, .instance = 1},
                             {.verifier = verifier, .gate = gate},
                             gate,
                             bus,
                             routes,
                             shards};
    owner::Owner owner;
};

}  // namespace stentor::server
