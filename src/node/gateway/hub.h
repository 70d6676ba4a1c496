#pragma once
// The node's one thread that holds its memory of groups: what owners publish comes in here once,
// and leaves as one encoded frame for each shard that has an audience.
//
// Thread: everything may be called from any; the cache lives on the hub's own. What it sends to a
// shard keeps its order, see cache/cache.h.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "auth/account/budgets.h"
#include "auth/account/follower.h"
#include "base/limits.h"
#include "base/mailbox.h"
#include "bus/bus.h"
#include "bus/route/routes.h"
#include "net/shard_group.h"
#include "node/cache/cache.h"
#include "node/shell/hub_to_shards.h"

namespace stentor::gateway {

struct NodeIdentity {
    NodeId node;
    std::uint64_t instance{};
};

class Hub final : public bus::NodeInbox,
                  public node::HubMail,
                  private node::HubToShards,
                  private account::Follower::Port {
public:
    // Keeps `gate` like the record's, and `budgets` small.
    Hub(const NodeIdentity& identity, account::SharedGate& gate, account::Budgets& budgets,
        bus::Bus& bus, route::Routes& routes, net::ShardGroup& shards,
        std::size_t mail_max = limits::kHubMail);
    ~Hub() override;

    // Before the first event, when the owner can be asked: who stands on each shard, in their
    // order.
    void attach(std::vector<node::NodeShard*> node_shards);

    // ---- node::HubMail. Runs `task` on the hub's thread, in the order of the calls of one caller.
    // Always taken: a connection has at most kCommandsInFlight of them under way, and one for its
    // end. What owners tell is dropped while `mail_max` wait.
    void put(Task task) override { mailbox_->put(std::move(task)); }

    // ---- bus::NodeInbox
    void on_items(std::shared_ptr<const bus::Items> items) override;
    void on_answers(std::vector<bus::Answer> answers) override;
    void on_nudges(std::vector<bus::Nudge> nudges) override;

    [[nodiscard]] cache::Cache::Counts counts() const;
    // Of what owners told.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

private:
    void run();
    void post(node::ShardIndex shard, ShardTask task) override;
    [[nodiscard]] Time time() const override { return time_; }
    void flush();
    void offer(Task task);

    // ---- cache::CachePort; node::HubToShards has the others
    void ask(cache::AskId id, PartitionId partition, bus::Question question) override;
    void report_route(GroupId gid, std::uint32_t online) override;

    // ---- account::Follower::Port
    void ask(const bus::AskAccountChanges& question) override;
    void accounts_moved(std::span<const bus::AccountState> states) override;
    void accounts_known() override;

    NodeIdentity identity_;
    bus::Bus& bus_;
    route::Routes& routes_;
    net::ShardGroup& shards_;
    std::vector<node::NodeShard*> node_shards_;
    std::uint64_t report_version_{};
    Time time_{};  // Of this turn.

    std::vector<std::vector<ShardTask>> outbox_;  // Per shard, of this turn.
    cache::Cache cache_;
    account::Follower accounts_;
    account::Budgets& budgets_;
    bool following_{};
    std::atomic<std::uint64_t> dropped_{0};
    mutable std::mutex counts_mutex_;
    cache::Cache::Counts counts_;
    std::shared_ptr<Mailbox<Task>> mailbox_;
    std::jthread thread_;
};

}  // namespace stentor::gateway
