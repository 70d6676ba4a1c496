#pragma once
// Every metric of the server, read from the counters of its parts when asked for.
//
// Thread: any.

#include <optional>
#include <string>

#include "api/webhooks/hooks.h"
#include "auth/password_queue.h"
#include "base/code_counts.h"
#include "bus/command_client/command_client.h"
#include "media/counts.h"
#include "net/shard_group.h"
#include "node/gateway/gateway.h"
#include "owner/filter/filter.h"
#include "owner/owner.h"
#include "server/telemetry/storm_watch.h"
#include "store/maintenance.h"
#include "store/replica/follower.h"
#include "store/replica/leader.h"
#include "store/search/indexer.h"
#include "web_push/notifier.h"

namespace stentor::server {

struct Measured {
    net::ShardGroup& shards;
    gateway::Gateway& gateway;
    const owner::Owner& owner;
    const auth::PasswordQueue& passwords;
    const bus::CommandClient& commands;
    const CodeCounts& public_refusals;  // Of HTTP, as the next.
    const CodeCounts& private_refusals;
    const store::Maintenance& store;
    const media::Counts& media;
    const filter::Filter* filter{};  // None is set, as the next three.
    const replica::Leader* leader{};
    const search::Indexer* indexer{};
    const api::HookCounters* hooks{};
    const web_push::NotifierCounters* notifier{};
    std::size_t subscriptions{};  // To pushes.
    std::optional<StormStatus> storm;
    bool ready{};
};

// Prometheus' text format; docs/operations.md explains the names.
[[nodiscard]] std::string metrics_of(const Measured& measured);
// Of a server that follows and serves nobody.
[[nodiscard]] std::string metrics_of(const replica::Follower& follower);

}  // namespace stentor::server
