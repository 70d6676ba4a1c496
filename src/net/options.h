#pragma once
// How shards listen and what they put up with. The defaults are the limits of base/limits.h.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/time.h"
#include "net/http/parser.h"
#include "net/tls/context.h"

namespace stentor::net {

struct Deadlines {
    Millis handshake = limits::kHandshakeWithin;  // From accept to the end of the first header.
    Millis http = limits::kHttpWithin;            // From a later request's first byte to its last.
    Millis http_idle = limits::kHttpIdle;         // Between requests, and for the handler's answer.
    Millis message = limits::kStuckWithin;        // A message of which a part has come.
    Millis stuck = limits::kStuckWithin;
    Millis close = limits::kCloseWithin;
    Millis user_timeout = limits::kUserTimeout;
    Millis retry_after{5'000};  // Told to those whom a full shard refuses.
};

// Where all shards listen, and what is spoken there.
struct Listener {
    enum class Kind : std::uint8_t {
        http,  // HTTP, and WebSocket at Options::websocket_path.
        tcp,   // The same messages, each behind four bytes of length.
    };
    std::string address = "127.0.0.1";  // Numeric, IPv4 or IPv6.
    std::uint16_t port = 0;             // 0: the system chooses one, the same for all shards.
    Kind kind = Kind::http;
    bool tls = false;
    // Each connection begins with a PROXY header (version 2); only trusted proxies may connect.
    bool proxy_protocol = false;
};

// Of all shards together; each takes its share. Half-open: neither a whole request nor, on a
// WebSocket or TCP, a Hello has come.
struct Handshakes {
    std::uint32_t per_s = limits::kHandshakesPerSecond;
    std::uint32_t open = limits::kHandshakesOpen;
    std::uint32_t open_of_one = limits::kHandshakesOfOne;  // From one address, or one IPv6 /64.
};

struct Options {
    std::vector<Listener> listeners{Listener{}};  // One to kListeners.
    tls::Files tls;                               // For those listeners that say so.
    // Networks ("10.0.0.0/8") or addresses whose PROXY headers and X-Forwarded-For are believed.
    std::vector<std::string> trusted_proxies;
    std::uint32_t shards = 1;
    std::uint32_t connections_max = 0;  // Per shard; 0: RLIMIT_NOFILE less the reserve.
    std::uint32_t descriptors_reserve = 64;
    unsigned gate_slots = 0;  // 0: as many as there are cores.
    std::string websocket_path = "/ws";
    http::LargeBodies large_bodies;
    // Allowed, beside those whose host is the Host header's.
    std::vector<std::string> origins;
    bool compression = true;  // permessage-deflate, for those who offer it.
    int send_buffer_bytes = limits::kSendBufferBytes;
    std::size_t slow_bytes = limits::kSlowBytes;              // Within Deadlines::stuck.
    std::size_t pinned_bytes_max = limits::kPinnedBytes;      // Per shard.
    std::size_t received_bytes_max = limits::kReceivedBytes;  // Likewise.
    Handshakes handshakes;
    Deadlines within;
};

}  // namespace stentor::net
