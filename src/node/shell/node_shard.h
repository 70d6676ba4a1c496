#pragma once
// What stands on one shard: the sessions of its connections and the router of its audiences,
// between the sockets below and the hub and the bus above.
//
// Owner: the host. Thread: the shard's. Cost: a Place a connection; the rest is its session's and
// its audiences'.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/connections.h"
#include "base/paged_array.h"
#include "base/user_index.h"
#include "bus/bus.h"
#include "node/fanout/pulse_wheel.h"
#include "node/fanout/router.h"
#include "node/session/session.h"
#include "node/shell/ports.h"
#include "node/shell/refusals.h"
#include "node/types.h"

namespace stentor::node {

class NodeShard final : public ConnectionEvents, private fanout::Viewers {
public:
    struct Deps {
        NodeId node;
        std::uint32_t shard{};  // Of its connections' tokens.
        session::Rules rules;
        bus::Bus& bus;
        HubMail& hub;
        Connections& connections;
        ShardHost& host;
    };
    explicit NodeShard(const Deps& deps)
        : deps_{deps},
          router_{deps.connections, *this, deps.host},
          pulses_{deps.rules.pulse},
          accounts_known_{deps.rules.gate.known()} {}

    // ---- ConnectionEvents
    void on_connected(ConnectionToken connection, Time now) override;
    void on_message(ConnectionToken connection, std::string_view bytes, Time now) override;
    void on_drained(ConnectionToken connection) override;
    void on_stuck(ConnectionToken connection) override;
    void on_deadline(ConnectionToken connection, Time now) override;
    void on_closed(ConnectionToken connection) override;

    // ---- From the hub and from owners
    void on_answer(bus::Answer& answer);
    void on_opened(ConnectionToken connection, std::uint32_t request_id, const OpenResult& opening,
                   std::string payload);
    void on_ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload);
    // Something of this member's alone is beside the entries of the group from now on.
    void on_overlay(GroupId gid, UserId uid);
    void list_watchers(GroupId gid, std::uint64_t ticket);
    void recheck(GroupId gid, UserId uid);
    // The gate knows something new of this account.
    void on_account_moved(UserId uid);
    // The gate knows all: who came before that is answered.
    void on_accounts_known(Time now);
    // The node's storm level from now on.
    void set_level(storm::Level level);
    // Says Bye to all, each with a time of its own within `spread`.
    void drain(Millis spread);
    // Commands refused because too many before them missed. Thread: any.
    [[nodiscard]] std::uint64_t held_back() const {
        return held_back_.load(std::memory_order_relaxed);
    }
    // What its connections were refused. Thread: any.
    [[nodiscard]] const Refusals& refusals() const { return refusals_; }
    [[nodiscard]] fanout::Router& router() { return router_; }

    // event(session::Session&, session::SessionPort&), if the connection is still there.
    template <class Event>
    void with_session(ConnectionToken connection, Event&& event);

    // ---- Turns of the shard
    // Pushes what is ready, and tells the hub who watches.
    fanout::Router::Turn turn(Time now);
    // Told with the pulses of the next two periods.
    void on_person_moved(const pb::User& user, Time now);
    // Pulses that are due: the more often it is called, the more evenly they are spread.
    void pulse(Time now);

private:
    class SessionAdapter;

    static constexpr std::uint32_t kNobody = UINT32_MAX;
    struct Place {
        session::Session session;
        std::uint32_t generation : 28 {};  // ConnectionToken's has no more bits.
        std::uint32_t taken : 1 {};
        std::uint32_t next_of_user = kNobody;  // Another connection of the same user.
    };
    struct UserAt {
        const PagedArray<Place>* places;
        UserId operator()(std::uint32_t index) const { return (*places)[index].session.uid(); }
    };

    [[nodiscard]] Place* find(ConnectionToken connection);
    [[nodiscard]] ConnectionToken token(std::uint32_t index) const;
    void hold(ConnectionToken connection, std::string_view bytes);
    void on_fault(ConnectionToken connection, Code code, std::string_view where);
    void remember_user(std::uint32_t index);
    void forget_user(std::uint32_t index);
    // event(session::Session&, session::SessionPort&) for each connection of the user.
    template <class Event>
    void with_sessions_of(UserId uid, Event&& event);

    // ---- fanout::Viewers
    bool sees(const fanout::Seat& seat, GroupId gid, Seq seq) override;

    Deps deps_;
    PagedArray<Place> places_;  // By ConnectionToken::index.
    // One connection of each user here; Place::next_of_user leads to their others.
    UserIndex<UserAt> by_user_{UserAt{&places_}};
    fanout::Router router_;
    fanout::PulseWheel pulses_;
    Time now_{};     // When it had its last message or turn.
    Time pulsed_{};  // When pulses last had no large pass to wait for.
    std::vector<fanout::WatcherCount> counts_;
    std::atomic<std::uint64_t> held_back_{0};
    Refusals refusals_;

    // Messages that came before it was known which accounts are good, in their order.
    struct HeldMessage {
        ConnectionToken connection;
        std::string bytes;
    };
    bool accounts_known_;
    std::vector<HeldMessage> held_;
};

}  // namespace stentor::node
