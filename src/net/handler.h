#pragma once
// What a shard calls, beside what happens to its connections (base/connections.h): one handler for
// each shard, on that shard's thread only.
//
// A handler may call anything of its Shard from within any of these, drop() and close() of the
// connection at hand included. on_closed is called from the loop, at the latest before the next
// on_turn.

#include <optional>
#include <string>

#include "base/code.h"
#include "base/connections.h"
#include "base/time.h"
#include "net/http/message.h"

namespace stentor::net {

class Shard;

class Handler {
public:
    Handler() = default;
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;
    virtual ~Handler() = default;

    virtual void on_start(Shard& shard, Time now) = 0;

    // To whom the connections speak, from on_start on.
    [[nodiscard]] virtual ConnectionEvents& connections() = 0;

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
