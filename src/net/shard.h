#pragma once
// One thread with a listener, its connections and a descriptor table of its own.
//
// Owner: ShardGroup. Thread: post() and counters() from any; everything else on the shard's own,
// which is where a Handler is called. Cost: an idle connection owns no buffer; a write is one
// system call. Limits: Options, and kRepliesWaiting replies, one shared frame, one pong and one
// Close on a connection's backlog.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/connections.h"
#include "net/counters.h"
#include "net/http/message.h"

namespace stentor::net {

struct LoopState;

class Shard final : public Connections {
public:
    explicit Shard(LoopState& loop) : loop_(loop) {}

    [[nodiscard]] std::uint32_t id() const;

    // ---- Any thread

    // Runs `mail` on the shard's thread, in the order of posting. Dropped unrun after the end.
    void post(std::move_only_function<void()> mail);
    [[nodiscard]] const Counters& counters() const;

    // ---- Connections: each stands where its work is done
    Written write_direct(int descriptor, ConnectionIndex connection,
                         const SharedPush& push) override;  // loop_write.cc
    Written send(ConnectionToken connection, std::string_view payload) override;
    Written write(ConnectionToken connection, const SharedPush& push) override;
    [[nodiscard]] bool waiting(ConnectionToken connection) const override;
    void forget_waiting(ConnectionToken connection) override;
    [[nodiscard]] bool deflates(ConnectionToken connection) const override;
    [[nodiscard]] int descriptor(ConnectionToken connection) const override;
    [[nodiscard]] std::string address(ConnectionToken connection) const override;
    void pause_reading(ConnectionToken connection) override;  // loop_read.cc
    void resume_reading(ConnectionToken connection) override;
    void set_deadline(ConnectionToken connection, Time at) override;  // loop_timers.cc
    void close(ConnectionToken connection, std::uint16_t code,
               std::string_view reason) override;       // loop_websocket.cc
    void greeted(ConnectionToken connection) override;  // loop_accept.cc

    [[nodiscard]] bool alive(ConnectionToken connection) const;
    void drop(ConnectionToken connection);

    // ---- HTTP

    // The first answer counts; one to a connection that has gone is thrown away.
    void respond(http::Responder responder, const http::Response& response);  // loop_http.cc

    // ---- Large passes

    // Before a slice of a large pass. False: as many shards as there are cores are in one. Sleep;
    // on_turn is called when it is this shard's turn.
    [[nodiscard]] bool enter_gate();
    void leave_gate();

    // ---- Draining

    // Takes what the kernel has accepted already, then closes the listener: nothing listens here
    // any more, in no descriptor table.
    void stop_accepting();
    [[nodiscard]] bool accepting() const;

private:
    LoopState& loop_;
};

}  // namespace stentor::net
