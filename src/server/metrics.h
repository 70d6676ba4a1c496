#pragma once
// Every metric of the server, read from the counters of its parts when asked for.
//
// Thread: any.

#include <optional>
#include <string>

#include "api/hooks.h"
#include "api/poster.h"
#include "auth/password_queue.h"
#include "base/code_counts.h"
#include "filter/filter.h"
#include "gateway/gateway.h"
#include "net/shard_group.h"
#include "owner/owner.h"
#include "replica/follower.h"
#include "replica/leader.h"
#include "search/indexer.h"
#include "server/storm_watch.h"
#include "store/maintenance.h"

namespace stentor::server {

struct Measured {
    net::ShardGroup& shards;
    gateway::Gateway& gateway;
    const owner::Owner& owner;
    const auth::PasswordQueue& passwords;
    const api::Poster& poster;
    const CodeCounts& public_refusals;  // Of HTTP, as the next.
    const CodeCounts& private_refusals;
    const store::Maintenance& store;
    const filter::Filter* filter{};  // None is set, as the next three.
    const replica::Leader* leader{};
    const search::Indexer* indexer{};
    const api::HookCounters* hooks{};
    std::optional<StormStatus> storm;
    bool ready{};
};

// Prometheus' text format; docs/operations.md explains the names.
[[nodiscard]] std::string metrics_of(const Measured& measured);
// Of a server that follows and serves nobody.
[[nodiscard]] std::string metrics_of(const replica::Follower& follower);

}  // namespace stentor::server
