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

#include "base/encoded_push.h"
#include "base/ids.h"
#include "base/time.h"
#include "net/counters.h"
#include "net/handler.h"
#include "net/http/message.h"

namespace stentor::net {

struct LoopState;

class Shard {
public:
    explicit Shard(LoopState& loop) : loop_(loop) {}
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    [[nodiscard]] std::uint32_t id() const;

    // ---- Any thread

    // Runs `mail` on the shard's thread, in the order of posting. Dropped unrun after the end.
    void post(std::move_only_function<void()> mail);
    [[nodiscard]] const Counters& counters() const;

    // ---- Writing

    // Frames `payload` as one binary message: a reply.
    Written send(ConnectionToken connection, std::string_view payload);
    // Shared by many. Not copied: a rest pins it.
    Written write(ConnectionToken connection, const SharedPush& push);
    // The hot path of a pass: descriptor and bytes; the connection is touched only when the push
    // does not fit, or when something waits on it already. Both must be those of one connection
    // whose on_closed has not been called.
    Written write_direct(int descriptor, ConnectionIndex connection, const SharedPush& push);
    [[nodiscard]] bool waiting(ConnectionToken connection) const;  // Has a backlog.
    // Nothing of its backlog is written any more, but for the frame that is halfway.
    void forget_waiting(ConnectionToken connection);
    // Its client agreed to permessage-deflate: what is shared by many may be compressed.
    [[nodiscard]] bool deflates(ConnectionToken connection) const;

    // ---- A connection

    [[nodiscard]] bool alive(ConnectionToken connection) const;
    [[nodiscard]] int descriptor(ConnectionToken connection) const;  // -1 when it is not alive.
    // Of its client, as Peer names it; asks the kernel. Empty when it is not alive.
    [[nodiscard]] std::string address(ConnectionToken connection) const;
    // Takes effect before the next message, even one that was read already.
    void pause_reading(ConnectionToken connection);
    void resume_reading(ConnectionToken connection);  // Messages follow from the loop.
    // Replaces the former one; Time::max() takes it away. Late by up to 16 ms, and by the turn.
    void set_deadline(ConnectionToken connection, Time at);
    // A Close frame after what waits; the token is not alive from here on.
    void close(ConnectionToken connection, std::uint16_t code, std::string_view reason);
    void drop(ConnectionToken connection);
    // It has said who it is: it counts as half-open no longer.
    void greeted(ConnectionToken connection);

    // ---- HTTP

    // The first answer counts; one to a connection that has gone is thrown away.
    void respond(http::Responder responder, const http::Response& response);

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
