#pragma once
// What a shard counts. Written by the shard's thread alone, read from any: no lock, no shared
// cache line between shards, and a count costs a plain addition.

#include <atomic>
#include <cstdint>

namespace stentor::net {

class Counter {
public:
    void add(std::uint64_t n = 1) { store(value() + n); }
    void subtract(std::uint64_t n = 1) { store(value() - n); }
    void store(std::uint64_t n) { value_.store(n, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

struct alignas(64) Counters {
    // ---- Now
    Counter connections;     // Descriptors of clients, WebSocket or HTTP.
    Counter sockets;         // Those with a finished WebSocket handshake.
    Counter backlogs;        // Connections on which bytes wait.
    Counter pinned_bytes;    // Bytes that wait.
    Counter received_bytes;  // What has come and is not used yet: half messages, requests.
    Counter half_open;       // Neither a whole request nor a Hello has come.
    // ---- Since the start
    Counter accepted;
    Counter tls_handshakes;
    Counter messages_in;
    Counter http_requests;
    Counter bytes_in;
    Counter bytes_out;
    Counter frames_out;  // Written whole or kept.
    Counter turns;
    Counter mails;
    // ---- Refusals and closings, by reason
    Counter refused_full;       // No descriptor left: 503.
    Counter refused_rate;       // More new connections a second than Handshakes allows: 503.
    Counter refused_share;      // Likewise, beyond the share of its address or network: 503.
    Counter refused_open;       // Too many half-open ones: 503.
    Counter refused_address;    // Too many half-open ones from one address: 503.
    Counter refused_handshake;  // 400, 403, 405, 426
    Counter refused_banned;     // Of a banned address: 403, 4411.
    Counter refused_proxy;      // Not a listed proxy, or no PROXY header.
    Counter refused_tls;        // No TLS, or none that is acceptable.
    Counter refused_slow;       // Handshake or request not finished in time: 408.
    Counter refused_large;      // 413, 431
    Counter refused_malformed;  // HTTP that cannot be read: 400.
    Counter refused_frames;     // WebSocket: 1002, 1003, 1007, 1009
    Counter refused_received;   // No room for half of a message: 1013.
    Counter refused_flood;      // Too many pings: 1008.
    Counter refused_backlog;    // Frames not taken because the backlog was full.
    Counter refused_budget;     // Frames not taken because the budget for what waits was.
    Counter dropped_stuck;      // Took nothing for kStuckWithin: 4104.
    Counter dropped_slow;       // Took less than kSlowBytes in that time: 4104.
    Counter dropped_vanished;   // Acknowledged nothing for kUserTimeout.
    Counter dropped_budget;     // Half a frame was out and the budget had no room for the rest.
    Counter dropped_error;      // Reset by the peer, or by the network.
};

}  // namespace stentor::net
