#pragma once
// One shard of a simulated node: the shipped node::NodeShard over sim::Link instead of sockets.
//
// Owner: NodeProcess, whose life it shares.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/shell/node_shard.h"
#include "testing/sim/accounts.h"
#include "testing/sim/life.h"
#include "testing/sim/link.h"
#include "testing/sim/sim_bus.h"
#include "testing/sim/world.h"
#include "wire/pb.h"

namespace stentor::sim {

class ShardProcess final : public ServerEnd, private Connections, private node::ShardHost {
public:
    struct Deps {
        World& world;
        SimBus& bus;
        node::HubMail& hub;
        Life& life;
        const session::Rules& rules;
        NodeId node;
        // Of connections: begins elsewhere with each start, so that an answer to a connection of
        // the former process reaches nobody.
        std::uint32_t first_generation{};
        std::uint32_t index{};
    };
    explicit ShardProcess(const Deps& deps);
    ~ShardProcess() override;

    void accept(const std::shared_ptr<Link>& link);
    // The gate has what had happened by then, and the node shard has looked at its connections.
    void on_accounts_known(Time as_of) {
        known_as_of_ = std::max(known_as_of_, as_of);
        known_ = true;
    }
    // A connection of a token that has been void since then, if one is left.
    [[nodiscard]] std::optional<Token> void_since(Time since) const;
    // Whether somebody waits to be told that their socket has room, and it has.
    [[nodiscard]] bool leaves_waiting(GroupId gid);
    // Mail of the hub or of an owner.
    template <class Task>
    void run(Task&& task) {
        std::forward<Task>(task)(side_);
        plan_turn();
    }

    // ---- ServerEnd: each waits while the node is paused.
    void on_message(ConnectionToken connection, std::string bytes) override;
    void on_drained(ConnectionToken connection) override;
    void on_stuck(ConnectionToken connection) override;
    void on_closed(ConnectionToken connection) override;

private:
    struct Socket {
        std::shared_ptr<Link> link;  // Null: the place is free.
        std::uint32_t generation{};
        std::uint64_t deadline_number{};
        std::optional<Token> token;  // That of its Hello.
        bool closing{};
    };

    [[nodiscard]] Link& link(ConnectionToken connection) const {
        return *sockets_[connection.index].link;
    }
    // Does what is ready, soon: a shard's turn ends with it.
    void plan_turn();
    void turn();
    void pulse();
    void note_token(ConnectionToken connection, std::string_view bytes);
    // Whoever comes with a void token is told nothing but that, and nobody else is told that.
    void check_told(const Socket& socket, const pb::ServerFrame* reply);

    // ---- Connections
    Written send(ConnectionToken connection, std::string_view payload) override;
    Written write(ConnectionToken connection, const SharedPush& push) override;
    Written write_direct(int descriptor, ConnectionIndex connection,
                         const SharedPush& push) override;
    [[nodiscard]] bool waiting(ConnectionToken connection) const override {
        return link(connection).waiting();
    }
    void forget_waiting(ConnectionToken connection) override;
    [[nodiscard]] bool deflates(ConnectionToken connection) const override {
        return link(connection).deflates();
    }
    [[nodiscard]] int descriptor(ConnectionToken connection) const override {
        return static_cast<int>(connection.index);
    }
    [[nodiscard]] std::string address(ConnectionToken /*connection*/) const override { return {}; }
    void greeted(ConnectionToken /*connection*/) override {}
    void pause_reading(ConnectionToken connection) override;
    void resume_reading(ConnectionToken connection) override;
    void set_deadline(ConnectionToken connection, Time at) override;
    void close(ConnectionToken connection, std::uint16_t close_code,
               std::string_view reason) override;

    // ---- node::ShardHost
    bool try_enter() override { return true; }
    void leave() override {}
    void ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) override;
    void draw(std::span<std::uint8_t> random) override;

    Deps deps_;
    World& world_;
    std::vector<Socket> sockets_;  // By ConnectionToken::index.
    std::shared_ptr<WaitingBytes> waiting_bytes_ = std::make_shared<WaitingBytes>();
    node::NodeShard side_;
    bool turn_planned_{};
    Time known_as_of_;  // Whoever has just started answers nobody before it knows as much.
    bool known_{};
};

}  // namespace stentor::sim
