#pragma once
// A simulated node: the shipped cache::Cache as the hub runs it, and its shards. Its end is a
// crash: connections, cache and seats are gone, and its routes stand until they expire.

#include <cstdint>
#include <memory>
#include <vector>

#include "cache/cache.h"
#include "route/routes.h"
#include "sim/shard_process.h"

namespace stentor::sim {

class NodeProcess final : public bus::NodeInbox, private HubMail, private cache::Effects {
public:
    struct Around {
        World& world;
        SimBus& bus;
        route::Routes& routes;
        const session::Rules& rules;
        NodeId node;
        std::uint64_t instance{};
        std::uint32_t shards{};
    };
    explicit NodeProcess(const Around& around);
    ~NodeProcess() override;

    void pause() { life_.pause(); }
    void resume() { life_.resume(); }
    [[nodiscard]] bool paused() const { return life_.paused(); }

    void accept(const std::shared_ptr<Link>& link);

    // ---- bus::NodeInbox
    void on_items(std::shared_ptr<const bus::Items> items) override;
    void on_answers(std::vector<bus::Answer> answers) override;
    void on_nudges(std::vector<bus::Nudge> nudges) override;

private:
    void put(std::move_only_function<void(cache::Cache&, Time)> task) override;
    void to_shard(cache::ShardIndex shard, std::move_only_function<void(ShardProcess&)> task);
    void tick();

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

    Around around_;
    World& world_;
    std::uint64_t report_version_{};
    Line hub_line_;
    std::vector<Line> shard_lines_;
    Life life_;  // Ends before the parts that its tasks touch; see the destructor.
    cache::Cache cache_;
    std::vector<std::unique_ptr<ShardProcess>> shards_;
};

}  // namespace stentor::sim
