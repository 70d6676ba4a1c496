#pragma once
// The node's one thread that holds its memory of groups: what owners publish comes in here once,
// and leaves as one encoded frame for each shard that has an audience.
//
// Thread: everything may be called from any; the cache lives on the hub's own. What it sends to a
// shard keeps its order, see cache/cache.h.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/mailbox.h"
#include "bus/bus.h"
#include "cache/cache.h"
#include "net/shard_group.h"
#include "route/routes.h"

namespace stentor::gateway {

class ShardSide;

struct NodeIdentity {
    NodeId node;
    std::uint64_t instance{};
};

class Hub final : public bus::NodeInbox, private cache::Effects {
public:
    Hub(const NodeIdentity& identity, bus::Bus& bus, route::Routes& routes,
        net::ShardGroup& shards);
    ~Hub() override;

    // Before the first event: who stands on each shard, in their order.
    void attach(std::vector<ShardSide*> sides) { sides_ = std::move(sides); }

    // Runs `task` on the hub's thread, in the order of the calls of one caller.
    using Task = std::move_only_function<void(cache::Cache&, Time)>;
    void put(Task task) { mailbox_->put(std::move(task)); }

    // ---- bus::NodeInbox
    void on_items(std::shared_ptr<const bus::Items> items) override;
    void on_answers(std::vector<bus::Answer> answers) override;
    void on_nudges(std::vector<bus::Nudge> nudges) override;

    [[nodiscard]] cache::Cache::Counts counts() const;

private:
    using ShardTask = std::move_only_function<void(ShardSide&)>;

    void run();
    void post(cache::ShardIndex shard, ShardTask task);
    void flush();

    // ---- cache::Effects
    void ask(cache::AskId id, PartitionId partition, bus::Question question) override;
    void opened(const cache::Waiter& waiter, std::string payload,
                const cache::Seating& seating) override;
    void ranged(const cache::Waiter& waiter, std::string payload, GroupId gid, Epoch epoch,
                Seq last, Seq head) override;
    void answered(const cache::Waiter& waiter, std::string payload) override;
    void told(const cache::Waiter& waiter, std::string payload) override;
    void refused(const cache::Waiter& waiter, GroupId gid, const Error& error) override;
    void push(const cache::Push& push, std::span<const cache::ShardIndex> shards) override;
    void head_moved(GroupId gid, Epoch epoch, Seq head,
                    std::span<const cache::ShardIndex> shards) override;
    void online(GroupId gid, std::uint64_t count,
                std::span<const cache::ShardIndex> shards) override;
    void ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload,
                std::span<const cache::ShardIndex> shards) override;
    void recheck(GroupId gid, std::span<const cache::ShardIndex> shards) override;
    void badges(const ConnectionToken& connection, const pb::Pulse& pulse) override;
    void expel(const ConnectionToken& connection, const Error& error) override;
    void report_route(GroupId gid, std::uint32_t online) override;

    NodeIdentity identity_;
    bus::Bus& bus_;
    route::Routes& routes_;
    net::ShardGroup& shards_;
    std::vector<ShardSide*> sides_;
    std::uint64_t report_version_{};

    std::vector<std::vector<ShardTask>> outbox_;  // Per shard, of this turn.
    cache::Cache cache_;
    mutable std::mutex counts_mutex_;
    cache::Cache::Counts counts_;
    std::shared_ptr<Mailbox<Task>> mailbox_;
    std::jthread thread_;
};

}  // namespace stentor::gateway
