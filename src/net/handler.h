#pragma once
// What a shard calls: one handler for each shard, on that shard's thread only.
//
// A handler may call anything of its Shard from within any of these, drop() and close() of the
// connection at hand included: on_closed is never called from within another call, but from the
// loop, at the latest before the next on_turn.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/code.h"
#include "base/ids.h"
#include "base/time.h"
#include "base/written.h"
#include "net/http/message.h"

namespace stentor::net {

class Shard;

// ConnectionToken::index: a place in the shard's table. It is given to another connection only
// after on_closed, and so is the descriptor.
using ConnectionIndex = std::uint32_t;

struct Peer {
    std::string address;  // Numeric.
    std::string origin;   // As the browser sent it; empty when there was none.
};

class Handler {
public:
    Handler() = default;
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;
    virtual ~Handler() = default;

    virtual void on_start(Shard& shard, Time now) = 0;

    // The WebSocket handshake is done, or a TCP client has connected.
    virtual void on_connected(ConnectionToken connection, const Peer& peer, Time now) = 0;
    // One whole binary message. `bytes` lives until this returns.
    virtual void on_message(ConnectionToken connection, std::string_view bytes, Time now) = 0;
    // Follows each run of Written::kept, and of refusals for want of room, once: the backlog has
    // been written whole or, where there was none, the socket takes something again.
    virtual void on_drained(ConnectionToken connection, Time now) = 0;
    // What waits is not taken, or too slowly: say so and close. What had waited is forgotten, but
    // for the frame that is halfway; a connection that is not closed by this is dropped.
    virtual void on_stuck(ConnectionToken connection, Time now) = 0;
    // The moment given to set_deadline has come; the deadline is used up.
    virtual void on_deadline(ConnectionToken connection, Time now) = 0;
    // Exactly once for each on_connected. From here on the token reaches nobody.
    virtual void on_closed(ConnectionToken connection, Time now) = 0;

    // The payload of a last message that says this: on TCP, where no close code can, when what came
    // is no frame, or came too slowly, or nobody new is let in (then without a connection that was
    // opened); on a WebSocket, too, when its address is banned.
    virtual std::string refusal(const Error& error) = 0;

    virtual void on_http(http::Request request, http::Responder responder, Time now) = 0;

    // At the end of each turn of the loop, after I/O and mail. True: more work is ready, do not
    // sleep (sockets and mail still get their turn in between).
    virtual bool on_turn(Time now) = 0;
    // Asked before sleeping: when to call on_turn again if nothing else happens.
    virtual std::optional<Time> next_wake() = 0;
};

}  // namespace stentor::net
