#pragma once
// The port between the sockets of one shard and whoever speaks on them: bytes and events up, what
// is to be written down. net::Shard is its lower side, node::NodeShard its upper one; neither knows
// the other.
//
// Thread: all of it is the shard's. A token that is not alive any more reaches nobody.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/encoded_push.h"
#include "base/ids.h"
#include "base/port.h"
#include "base/time.h"
#include "base/written.h"

namespace stentor {

// ConnectionToken::index: a place in the shard's table. It is given to another connection only
// after on_closed, and so is the descriptor.
using ConnectionIndex = std::uint32_t;

// The hot path of a pass.
class PushWriter : public Port {
public:
    // Descriptor and bytes; the connection is touched only when the push does not fit, or when
    // something waits on it already. Both must be those of one connection whose on_closed has not
    // been called. May not call back into who calls it.
    virtual Written write_direct(int descriptor, ConnectionIndex connection,
                                 const SharedPush& push) = 0;
};

class Connections : public PushWriter {
public:
    // ---- Writing

    // Frames `payload` as one binary message: a reply.
    virtual Written send(ConnectionToken connection, std::string_view payload) = 0;
    // Shared by many. Not copied: a rest pins it. Refused if another one waits.
    virtual Written write(ConnectionToken connection, const SharedPush& push) = 0;
    [[nodiscard]] virtual bool waiting(ConnectionToken connection) const = 0;  // Has a backlog.
    // Nothing of its backlog is written any more, but for the frame that is halfway.
    virtual void forget_waiting(ConnectionToken connection) = 0;
    // Its client agreed to permessage-deflate: what is shared by many may be compressed.
    [[nodiscard]] virtual bool deflates(ConnectionToken connection) const = 0;

    // ---- A connection

    [[nodiscard]] virtual int descriptor(ConnectionToken connection) const = 0;  // -1: not alive.
    // Of its client, numeric; asks the kernel. Empty when it is not alive.
    [[nodiscard]] virtual std::string address(ConnectionToken connection) const = 0;
    // Takes effect before the next message, even one that was read already.
    virtual void pause_reading(ConnectionToken connection) = 0;
    virtual void resume_reading(ConnectionToken connection) = 0;  // Messages follow from the loop.
    // on_deadline is wanted then. Replaces the former one; Time::max() takes it away. Late by up to
    // 16 ms, and by the turn.
    virtual void set_deadline(ConnectionToken connection, Time at) = 0;
    // A Close frame after what waits; the token is not alive from here on. on_closed follows.
    virtual void close(ConnectionToken connection, std::uint16_t code, std::string_view reason) = 0;
    // It has said who it is: it counts as half-open no longer.
    virtual void greeted(ConnectionToken connection) = 0;
};

// May call anything of Connections from within any of these, close() of the connection at hand
// included: on_closed is never called from within another call.
class ConnectionEvents : public Port {
public:
    // The WebSocket handshake is done, or a TCP client has connected.
    virtual void on_connected(ConnectionToken connection, Time now) = 0;
    // One whole binary message. `bytes` lives until this returns.
    virtual void on_message(ConnectionToken connection, std::string_view bytes, Time now) = 0;
    // Follows each run of Written::kept, and of refusals for want of room, once: the backlog has
    // been written whole or, where there was none, the socket takes something again.
    virtual void on_drained(ConnectionToken connection) = 0;
    // What waits is not taken, or too slowly: say so and close. What had waited is forgotten, but
    // for the frame that is halfway; a connection that is not closed by this is dropped.
    virtual void on_stuck(ConnectionToken connection) = 0;
    // The moment given to set_deadline has come; the deadline is used up.
    virtual void on_deadline(ConnectionToken connection, Time now) = 0;
    // Exactly once for each on_connected. From here on the token reaches nobody.
    virtual void on_closed(ConnectionToken connection) = 0;
};

}  // namespace stentor
