#pragma once
// One client's place in its shard. While nothing is under way it owns no buffer: each pointer
// here is empty then.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/limits.h"
#include "base/time.h"
#include "net/access/address.h"
#include "net/access/admission.h"
#include "net/backlog.h"
#include "net/http/parser.h"
#include "net/tcp/parser.h"
#include "net/tls/session.h"
#include "net/ws/parser.h"

namespace stentor::net {

enum class Phase : std::uint8_t {
    free,
    proxy,      // Before the PROXY header.
    handshake,  // Of TLS.
    http,       // Before a WebSocket handshake, or never to have one.
    open,       // WebSocket, or frames on TCP.
    closing,    // Our Close is out or waits; the peer's is awaited.
    lingering,  // What waits is written, then our side is shut; what comes is thrown away. Closing
                // at once would let the kernel answer unread bytes with a reset, which can destroy
                // what the peer has not read yet.
};

// A request on the way, or one whose answer is awaited.
struct Exchange {
    explicit Exchange(const http::LargeBodies& large) : parser{&large} {}

    http::RequestParser parser;
    bool answering{false};
    bool head_only{false};
    bool keep_alive{false};
};

// An answer whose body comes in pieces, of which some are still to come.
struct Streaming {
    std::shared_ptr<http::BodySource> source;
    std::uint64_t left{};
    bool keep_alive{};
    bool asked{};  // For the next piece.
};

// What stands between the socket and the protocol; a browser that came directly has none of it.
// `source` of a WebSocket behind an HTTP proxy is whom X-Forwarded-For named.
struct Transport {
    std::optional<access::Address> source;  // As the proxy told.
    std::unique_ptr<tls::Session> tls;
    tcp::Parser frames{limits::kClientFrameBytes};
};

struct Connection {
    int descriptor{-1};
    std::uint32_t generation{0};
    std::uint32_t requests{0};  // Numbers the exchanges: a late answer reaches none but its own.
    std::uint32_t control_second{0};
    access::Admission::Place half_open{access::Admission::kNoPlace};
    std::uint32_t counted_bytes{0};   // Of received_bytes(), in Counters.
    std::uint16_t control_frames{0};  // Within that second.
    Phase phase{Phase::free};
    std::uint8_t listener{0};
    bool dead{false};  // Its place is freed at the end of this step of the turn.
    bool told{false};  // on_connected was called, on_closed not yet.
    bool paused{false};
    bool ready{false};         // Stands in the list of those to be read in the next turn.
    bool hung_up{false};       // The peer sends no more; an end of file is still to be read.
    bool ended{false};         // It has been read.
    bool owes_drained{false};  // The handler was told `kept`, or `refused` for want of room.
    bool shut{false};          // Our side is shut.
    bool refused{false};       // When it was accepted; counted apart.
    bool deflates{false};      // permessage-deflate was negotiated.
    bool framed{false};        // Length-prefixed frames on TCP, not WebSocket's.
    bool greeted{false};       // Its Hello was accepted.

    Time deadline = Time::max();  // The phase's own.
    Time app_deadline = Time::max();
    std::unique_ptr<Backlog> backlog;
    std::unique_ptr<Exchange> exchange;
    std::unique_ptr<Streaming> streaming;
    std::unique_ptr<Transport> transport;
    std::unique_ptr<std::string> unread;  // Read from the socket, not yet looked at.
    ws::Parser parser{ws::Role::server, limits::kClientFrameBytes};

    // Null for those who speak in the clear.
    [[nodiscard]] tls::Session* tls() const {
        return transport == nullptr ? nullptr : transport->tls.get();
    }
    // Memory for what has come and is not used yet.
    [[nodiscard]] std::size_t received_bytes() const {
        std::size_t bytes = parser.held_bytes();
        if (transport != nullptr) bytes += transport->frames.held_bytes();
        if (exchange != nullptr) bytes += exchange->parser.held_bytes();
        if (unread != nullptr) bytes += unread->size();
        return bytes;
    }
    // No more of its input will be looked at.
    void forget_input() {
        parser = ws::Parser{ws::Role::server, limits::kClientFrameBytes};
        if (transport != nullptr) transport->frames = tcp::Parser{limits::kClientFrameBytes};
        unread.reset();
    }
    [[nodiscard]] Time earliest() const {
        const Time stuck = backlog == nullptr ? Time::max() : backlog->stuck_at();
        return std::min({deadline, app_deadline, stuck});
    }
    // Nothing more of its input may be looked at for now. Answers go out one at a time.
    [[nodiscard]] bool blocked() const {
        if (phase == Phase::open) return paused;
        if (phase != Phase::http) return false;
        return backlog != nullptr || streaming != nullptr ||
               (exchange != nullptr && exchange->answering);
    }
};

}  // namespace stentor::net
