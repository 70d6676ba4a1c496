#pragma once
// A simulated node: the shipped cache::Cache as the hub runs it, and its shards. Its end is a
// crash: connections, cache and seats are gone, and its routes stand until they expire.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "auth/account/follower.h"
#include "auth/account/shared_gate.h"
#include "bus/route/routes.h"
#include "node/shell/hub_to_shards.h"
#include "testing/sim/shard_process.h"

namespace stentor::sim {

class NodeProcess final : public bus::NodeInbox,
                          private node::HubMail,
                          private node::HubToShards,
                          private account::Follower::Port {
public:
    struct Deps {
        World& world;
        SimBus& bus;
        route::Routes& routes;
        const session::Rules& rules;
        NodeId node;
        std::uint64_t instance{};
        std::uint32_t shards{};
    };
    explicit NodeProcess(const Deps& deps);
    ~NodeProcess() override;

    void pause() { life_.pause(); }
    void resume() { life_.resume(); }
    [[nodiscard]] bool paused() const { return life_.paused(); }

    void accept(const std::shared_ptr<Link>& link);
    void set_level(storm::Level level);
    // ShardProcess::leaves_waiting of any of its shards.
    [[nodiscard]] bool leaves_waiting(GroupId gid) const;
    // ShardProcess::void_since of any of them.
    [[nodiscard]] std::optional<Token> void_since(Time since) const;

    // ---- bus::NodeInbox
    void on_items(std::shared_ptr<const bus::Items> items) override;
    void on_answers(std::vector<bus::Answer> answers) override;
    void on_nudges(std::vector<bus::Nudge> nudges) override;

private:
    void put(HubMail::Task task) override;
    void post(node::ShardIndex shard, ShardTask task) override;
    [[nodiscard]] Time time() const override { return world_.now(); }
    void tick();
    void wake_cache();

    // ---- cache::CachePort; node::HubToShards has the others
    void ask(cache::AskId id, PartitionId partition, bus::Question question) override;
    void report_route(GroupId gid, std::uint32_t online) override;

    // ---- account::Follower::Port
    void ask(const bus::AskAccountChanges& question) override;
    void accounts_moved(std::span<const bus::AccountState> states) override;
    void accounts_known() override;
    void on_account_changes(const Result<bus::Reply>& reply, Time asked);

    Deps deps_;
    World& world_;
    account::SharedGate gate_{account::kTokenLives};  // The node's own.
    session::Rules rules_;
    std::uint64_t report_version_{};
    Line hub_line_;
    std::optional<Time> waking_;
    std::vector<Line> shard_lines_;
    Life life_;  // Ends before the parts that its tasks touch; see the destructor.
    cache::Cache cache_;
    account::Follower accounts_;
    std::vector<std::unique_ptr<ShardProcess>> shards_;
};

}  // namespace stentor::sim
