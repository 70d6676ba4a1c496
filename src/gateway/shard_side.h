#pragma once
// What stands on one shard: the sessions of its connections and the router of its audiences,
// between the sockets below and the hub and the bus above.
//
// Owner: Gateway. Thread: the shard's own.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/duration_counts.h"
#include "bus/bus.h"
#include "fanout/pulse_wheel.h"
#include "fanout/router.h"
#include "gateway/hub.h"
#include "net/handler.h"
#include "net/shard.h"
#include "session/session.h"

namespace stentor::gateway {

// Any thread may call it, once.
using HttpReply = std::move_only_function<void(net::http::Response)>;
// Thread: each shard's; must not block.
using HttpHandler = std::function<void(net::http::Request, HttpReply)>;

class ShardSide final : public net::Handler, private fanout::Writer, private fanout::Gate {
public:
    ShardSide(NodeId node, const session::Rules& rules, bus::Bus& bus, Hub& hub, HttpHandler http);

    // ---- From the hub and from owners, as tasks on this shard's thread
    void on_answer(bus::Answer& answer);
    void on_opened(ConnectionToken connection, std::uint32_t request_id,
                   const session::Opening& opening, std::uint64_t ticket, std::string payload);
    void on_ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload);
    void recheck(GroupId gid);
    // Says Bye to all, each with a time of its own within `spread`.
    void drain(Millis spread);
    [[nodiscard]] fanout::Router& router() { return router_; }
    // Thread: any.
    [[nodiscard]] const DurationCounts& fanout_turns() const { return fanout_turns_; }

    // event(session::Session&, session::Effects&), if the connection is still there.
    template <class Event>
    void with_session(ConnectionToken connection, Event&& event);

    // ---- net::Handler
    void on_start(net::Shard& shard, Time now) override;
    void on_opened(ConnectionToken connection, const net::Peer& peer, Time now) override;
    void on_message(ConnectionToken connection, std::string_view bytes, Time now) override;
    void on_drained(ConnectionToken connection, Time now) override;
    void on_deadline(ConnectionToken connection, Time now) override;
    void on_closed(ConnectionToken connection, Time now) override;
    std::string refusal(const Error& error) override;
    void on_http(net::http::Request request, net::http::Responder responder, Time now) override;
    bool on_turn(Time now) override;
    std::optional<Time> next_wake() override;

private:
    class Conversation;

    struct Place {
        session::Session session;
        std::uint32_t generation{};
        bool taken{};
    };

    [[nodiscard]] Place* find(ConnectionToken connection);
    [[nodiscard]] ConnectionToken token(std::uint32_t index) const;
    void forget_user(UserId uid, std::uint32_t index);
    void pulse(Time now);

    // ---- fanout::Writer, fanout::Gate
    fanout::Written write(const fanout::Seat& seat, const SharedBytes& bytes,
                          std::size_t offset) override;
    bool sees(const fanout::Seat& seat, GroupId gid, Seq seq) override;
    bool try_enter() override;
    void leave() override;

    NodeId node_;
    session::Rules rules_;
    bus::Bus& bus_;
    Hub& hub_;
    HttpHandler http_;
    net::Shard* shard_{};

    std::vector<Place> places_;  // By ConnectionToken::index.
    std::unordered_multimap<UserId, std::uint32_t> by_user_;
    fanout::Router router_;
    DurationCounts fanout_turns_;
    fanout::PulseWheel pulses_;
    std::optional<Time> next_pulse_;
    std::vector<fanout::WatcherCount> counts_;
};

}  // namespace stentor::gateway
