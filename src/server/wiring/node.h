#pragma once
// One process with all roles over the embedded store, wired together. The order of the members is
// the order of the start: shards take their descriptor tables before the store opens a file; the
// reverse is the order of the end.
//
// Thread: the one that made it.

#include <memory>
#include <string>
#include <vector>

#include "api/operator/admin.h"
#include "api/operator/erasures.h"
#include "api/public/api.h"
#include "api/webhooks/hooks.h"
#include "auth/account/shared_gate.h"
#include "auth/password.h"
#include "auth/password_queue.h"
#include "auth/secrets.h"
#include "base/background_queue.h"
#include "bus/command_client/command_client.h"
#include "bus/local/local_bus.h"
#include "bus/route/local/local_routes.h"
#include "config/settings.h"
#include "media/media.h"
#include "net/shard_group.h"
#include "node/gateway/gateway.h"
#include "owner/filter/filter.h"
#include "owner/owner.h"
#include "server/telemetry/stats.h"
#include "server/telemetry/storm_watch.h"
#include "server/wiring/address_watch.h"
#include "server/wiring/admin_side.h"
#include "store/replica/leader.h"
#include "store/search/indexer.h"
#include "store/search/word_index.h"
#include "store/store.h"
#include "web_push/notifier.h"

namespace stentor::server {

class Node final : private api::Control {
public:
    // Throws std::runtime_error with a sentence for the operator.
    explicit Node(const config::Settings& settings);
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node() override;

    // Opens the listeners. Returns their URLs, with the ports that the system gave.
    struct Addresses {
        std::vector<std::string> listeners;
        std::string replica;  // Empty: nobody can follow.
        std::string admin;    // Empty: there is none.
    };
    [[nodiscard]] Addresses serve();
    // In strict mode not before a follower is in step: what was written before the start, and told
    // to nobody then, would be told to whoever asks again.
    [[nodiscard]] bool may_serve() const;
    // Takes the keys that need no restart.
    void reload(const config::Settings& settings);
    // Nobody new; everybody else is told to come back, and waited for.
    void drain();

private:
    // ---- api::Control
    [[nodiscard]] std::string metrics() override;
    void reload() override;
    void backup(std::string folder, Done done) override;
    [[nodiscard]] Storm storm() override;
    void pin_storm(std::optional<storm::Level> level) override;

    [[nodiscard]] std::string serve_admin();
    void start_notifier();
    [[nodiscard]] std::string leader_address() const;

    config::Settings settings_;
    net::ShardGroup shards_;
    std::unique_ptr<AdminSide> admin_side_;  // None without an address.
    auth::Secrets secrets_;
    account::SharedGate gate_;  // Of this node's sessions and HTTP.
    std::unique_ptr<session::Verifier> verifier_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<replica::Leader> leader_;   // None: nobody can follow.
    std::unique_ptr<search::WordIndex> words_;  // None: members cannot search.
    std::unique_ptr<search::Indexer> indexer_;
    bus::LocalBus bus_;
    route::LocalRoutes routes_;
    gateway::Gateway gateway_;
    bus::CommandClient commands_;
    // Before the owner, whose last answers may still come here.
    AddressWatch addresses_;
    std::shared_ptr<api::Erasures> erasures_;
    auth::Argon2Hasher hasher_;
    auth::PasswordQueue passwords_;
    std::unique_ptr<filter::Filter> filter_;
    owner::Owner owner_;
    std::unique_ptr<media::Media>
        media_;  // After the bus and the record, which it asks until it stops.
    // Of Web Push; none where nothing is pushed.
    std::unique_ptr<web_push::Vapid> vapid_;
    std::unique_ptr<web_push::Subscriptions> subscriptions_;
    Stats stats_;
    api::Api api_;
    api::Admin admin_;
    http_client::HttpPoster outgoing_;
    std::unique_ptr<api::Hooks> hooks_;
    std::unique_ptr<http_client::HttpPoster> push_poster_;
    std::unique_ptr<web_push::Notifier> notifier_;
    static constexpr std::size_t kChores = 4;
    BackgroundQueue chores_{"chores", kChores};
    std::unique_ptr<StormWatch> storm_;  // Once it serves.
};

}  // namespace stentor::server
