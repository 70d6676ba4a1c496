#pragma once
// One shard of a simulated node: the shipped session::Session and fanout::Router, wired as
// gateway::ShardSide and its Conversation wire them, over sim::Link instead of sockets.
//
// Owner: NodeProcess, whose life it shares.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "fanout/pulse_wheel.h"
#include "fanout/router.h"
#include "session/session.h"
#include "sim/life.h"
#include "sim/link.h"
#include "sim/sim_bus.h"
#include "sim/world.h"

namespace stentor::cache {
class Cache;
}

namespace stentor::sim {

// The hub's mailbox, as a shard sees it: in order.
class HubMail {
public:
    HubMail() = default;
    HubMail(const HubMail&) = delete;
    HubMail& operator=(const HubMail&) = delete;
    virtual ~HubMail() = default;
    virtual void put(std::move_only_function<void(cache::Cache&, Time)> task) = 0;
};

class ShardProcess final : public ServerEnd, private fanout::Writer, private fanout::Gate {
public:
    struct Around {
        World& world;
        SimBus& bus;
        HubMail& hub;
        Life& life;
        const session::Rules& rules;
        NodeId node;
        // Of connections: begins elsewhere with each start, so that an answer to a connection of
        // the former process reaches nobody.
        std::uint32_t first_generation{};
        std::uint32_t index{};
    };
    explicit ShardProcess(const Around& around);
    ~ShardProcess() override;

    void accept(const std::shared_ptr<Link>& link);

    // ---- From the hub and from owners
    void on_answer(bus::Answer& answer);
    void on_opened(ConnectionToken connection, std::uint32_t request_id,
                   const session::Opening& opening, std::uint64_t ticket, std::string payload);
    void on_ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload);
    void recheck(GroupId gid);
    [[nodiscard]] fanout::Router& router() { return router_; }
    // Does what is ready, soon: a shard's turn ends with it.
    void plan_turn();

    // event(session::Session&, session::Effects&), if the connection is still there.
    template <class Event>
    void with_session(ConnectionToken connection, Event&& event);

    // ---- ServerEnd: each waits while the node is paused.
    void on_message(ConnectionToken connection, std::string bytes) override;
    void on_drained(ConnectionToken connection) override;
    void on_stuck(ConnectionToken connection) override;
    void on_closed(ConnectionToken connection) override;

private:
    class Conversation;
    struct Place {
        session::Session session;
        std::shared_ptr<Link> link;  // Null: the place is free.
        std::uint32_t generation{};
        std::uint64_t deadline_number{};
    };

    [[nodiscard]] Place* find(ConnectionToken connection);
    [[nodiscard]] ConnectionToken token(std::uint32_t index) const;
    void turn();
    void pulse();

    // ---- fanout::Writer, fanout::Gate
    fanout::Written write(const fanout::Seat& seat, const SharedBytes& bytes,
                          std::size_t offset) override;
    bool sees(const fanout::Seat& seat, GroupId gid, Seq seq) override;
    bool try_enter() override { return true; }
    void leave() override {}

    Around around_;
    World& world_;
    std::vector<std::unique_ptr<Place>> places_;  // By ConnectionToken::index.
    std::multimap<UserId, std::uint32_t> by_user_;
    fanout::Router router_;
    fanout::PulseWheel pulses_;
    std::vector<fanout::WatcherCount> counts_;
    bool turn_planned_{};
};

}  // namespace stentor::sim
