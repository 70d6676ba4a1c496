#pragma once
// What a shard's loop owns, part by part. The functions over it stand in headers by subject:
// loop_accept, loop_bans, loop_read, loop_http, loop_websocket, loop_tcp, loop_tls, loop_write,
// loop_timers and loop_lifetime.
//
// Epoll is edge-triggered: each connection is registered once, for everything, and then costs no
// further epoll_ctl, however often it is paused or its socket is full. The price is that whoever
// stops reading must read again by itself: that is the list `reading.ready`. The listeners alone
// are level-triggered, so that a turn may leave connections waiting.
//
// Owner: Loop. Thread: all but the constructor belongs to the shard's thread.

#include <cstdint>
#include <memory>
#include <random>
#include <string_view>
#include <vector>

#include "base/encoded_push.h"
#include "base/ids.h"
#include "base/shared_bytes.h"
#include "base/time.h"
#include "net/access/admission.h"
#include "net/access/bans.h"
#include "net/connection_table.h"
#include "net/counters.h"
#include "net/gate.h"
#include "net/handler.h"
#include "net/mailbox.h"
#include "net/options.h"
#include "net/shard.h"
#include "net/timer_wheel.h"
#include "net/tls/session.h"
#include "wire/deflate/inflater.h"

namespace stentor::net {

struct Accepting {
    access::Admission admission;
    std::shared_ptr<const access::Bans> bans{};  // None yet.
    std::vector<int> listeners{};                // As in Options.
    Time again = Time::max();  // The listeners rest: the process has no memory or files.
    std::uint64_t connections_max{0};
    std::uint32_t refused_lingering{0};
};

struct Reading {
    std::unique_ptr<char[]> buffer;  // The one that all connections are read into.
    deflate::Inflater inflater;
    std::shared_ptr<const tls::Context> certificate;  // Of those who connect from now on.
    std::unique_ptr<char[]> ciphertext;   // What is read before it is decrypted into `buffer`.
    std::size_t handshake_steps_left{0};  // In this turn.
    std::uint64_t strangers_bytes{0};     // Of Counters::received_bytes: of those without a Hello.
    std::vector<std::uint32_t> ready;     // To be read without waiting for an event.
    std::vector<std::uint32_t> taken;     // Those of this turn; kept for its memory.
};

struct Writing {
    // One bit a place: something waits on it, or it is not open. It is what Shard::write_direct()
    // looks at instead of the connection; a shard's bits stay in the first-level cache.
    std::vector<bool> busy;
    std::vector<std::uint32_t> replied;  // By mail, with bytes that the kernel may hold back.
    bool in_mail{false};
    std::vector<std::string_view> views;  // Kept for its memory.
    SharedPush framed;                    // What was framed last for TCP,
    SharedBytes framed_for_tcp;           // and its frames.
};

// A connection that is dropped keeps its place and its descriptor until its on_closed has been
// called, between two steps of a turn; so neither is ever used again behind a handler's back.
struct Ending {
    std::vector<ConnectionToken> left;  // Whose on_closed is due.
    std::vector<std::uint32_t> doomed;  // Whose place is to be freed.
};

struct Turn {
    std::vector<std::uint32_t> fired;  // These two are kept for their memory.
    std::vector<Mailbox::Mail> mails;
    bool more{false};
    bool stopping{false};
};

struct LoopState {
    LoopState(std::uint32_t shard_id, const Options& given, const access::Networks& proxies,
              Mailbox& mails, Gate& passes);
    LoopState(const LoopState&) = delete;
    LoopState& operator=(const LoopState&) = delete;

    std::uint32_t id;
    const Options& options;
    const access::Networks& trusted;
    Mailbox& mailbox;
    Gate& gate;
    Shard shard;
    Handler* handler{nullptr};
    ConnectionEvents* events{nullptr};  // The handler's.
    Counters counters;
    Time now;
    std::minstd_rand random;  // Spreads those who are told to come back.
    int epoll{-1};
    ConnectionTable table;
    TimerWheel wheel;

    Accepting accepting;
    Reading reading;
    Writing writing;
    Ending ending;
    Turn turn;
};

}  // namespace stentor::net
