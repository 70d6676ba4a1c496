#pragma once
// What a Shard is inside: epoll, one mailbox, one timer wheel, the connections.
//
// Epoll is edge-triggered: each connection is registered once, for everything, and then costs no
// further epoll_ctl, however often it is paused or its socket is full. The price is that whoever
// stops reading must read again by itself: that is the list `ready_`. The listener alone is
// level-triggered, so that a turn may leave connections waiting.
//
// A connection that is dropped keeps its place and its descriptor until its on_closed has been
// called, between two stages of a turn; so neither is ever used again behind a handler's back.
//
// Thread: run() and all but the constructor belong to the shard's thread.

#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/access/bans.h"
#include "net/connection_table.h"
#include "net/gate.h"
#include "net/mailbox.h"
#include "net/options.h"
#include "net/shard.h"
#include "net/timer_wheel.h"
#include "wire/deflate/inflater.h"

namespace stentor::net {

// What HTTP answers to a banned address, as the API writes refusals.
[[nodiscard]] http::Response banned_response();

class Loop {
public:
    Loop(std::uint32_t id, const Options& options, const access::Networks& trusted,
         Mailbox& mailbox, Gate& gate);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    [[nodiscard]] Shard& shard() { return shard_; }
    [[nodiscard]] std::uint32_t id() const { return id_; }
    [[nodiscard]] Mailbox& mailbox() { return mailbox_; }
    [[nodiscard]] const Counters& counters() const { return counters_; }

    // ---- The thread's life
    void start();  // In the thread's own descriptor table. Throws std::system_error.
    void run();    // Until stop().
    void stop() { stopping_ = true; }
    // For those who connect from now on.
    void use_certificate(std::shared_ptr<const tls::Context> certificate) {
        certificate_ = std::move(certificate);
    }
    // Calls on_start and opens the listeners, on these ports. Returns the ports that they have.
    // Throws std::system_error.
    std::vector<std::uint16_t> serve(Handler& handler, std::span<const std::uint16_t> ports);

    // ---- As in Shard
    Written send(ConnectionToken token, std::string_view payload);
    Written write(ConnectionToken token, const SharedBytes& frame);
    Written write_direct(int descriptor, ConnectionIndex index, const SharedBytes& frame);
    void forget_waiting(ConnectionToken token);
    [[nodiscard]] Connection* find_open(ConnectionToken token);
    [[nodiscard]] access::Address address_of(const Connection& connection) const;
    void pause_reading(ConnectionToken token);
    void resume_reading(ConnectionToken token);
    void set_deadline(ConnectionToken token, Time at);
    void close(ConnectionToken token, std::uint16_t code, std::string_view reason);
    void drop(ConnectionToken token);
    void greeted(ConnectionToken token);
    void set_handshakes(std::uint32_t per_s);
    void set_bans(std::shared_ptr<const access::Bans> bans);
    void respond(http::Responder responder, const http::Response& response);
    void stop_accepting();
    [[nodiscard]] bool accepting() const { return !listeners_.empty(); }
    [[nodiscard]] bool enter_gate() { return gate_.try_enter(id_); }
    void leave_gate() { gate_.leave(); }

private:
    // ---- loop.cc: a turn
    void turn();
    [[nodiscard]] int timeout_ms() const;
    void on_event(std::uint64_t source, std::uint32_t events);
    void read_ready();
    void run_mail();
    void push_replies();
    void run_timers();
    void on_timer(std::uint32_t index);
    void on_stuck(std::uint32_t index);
    void on_phase_deadline(std::uint32_t index);
    void hand_over_turn();
    void reap();
    void end();

    // ---- loop.cc: places
    void make_ready(std::uint32_t index);
    void rearm(std::uint32_t index);
    void update_busy(std::uint32_t index);
    void leave_open(std::uint32_t index);
    void linger(std::uint32_t index);
    void shut_our_side(std::uint32_t index);
    void doom(std::uint32_t index);
    void abandon(std::uint32_t index);
    void on_socket_error(std::uint32_t index, int error);
    void free_place(std::uint32_t index);

    // ---- loop_accept.cc
    void accept_some(std::size_t listener, unsigned count_max);
    void admit(int descriptor, std::size_t listener, const access::Address& peer);
    [[nodiscard]] bool let_in(std::uint32_t index, const access::Address& peer);
    [[nodiscard]] bool locate(std::uint32_t index, const access::Address& client);
    void begin(std::uint32_t index);
    void speak(std::uint32_t index);
    void take_place(std::uint32_t index, access::Admission::Place place);
    void through(std::uint32_t index);
    // Why nobody new is let in: `why` says it to people, the Error to programs.
    struct Refusal {
        std::string_view why{};
        Error error{};
    };
    Refusal count_refusal(const access::Admission::Refusal& refusal);
    void turn_away(std::uint32_t index, const Refusal& refusal);
    void refuse_opening(std::uint32_t index, const Refusal& refusal);
    void rest_accepting();
    void resume_accepting();
    void watch_listeners(std::uint32_t events);
    [[nodiscard]] access::Address client_of(const Connection& connection,
                                            std::string_view forwarded_for) const;

    // ---- loop_bans.cc
    [[nodiscard]] bool banned(const access::Address& client) const;
    [[nodiscard]] Refusal count_banned();
    void end_if_banned(std::uint32_t index);

    // ---- loop_read.cc
    void read(std::uint32_t index);
    [[nodiscard]] bool take_proxy_header(std::uint32_t index);
    [[nodiscard]] bool receive(std::uint32_t index, std::size_t& filled);
    [[nodiscard]] std::int64_t receive_bytes(std::uint32_t index, std::span<char> space);
    void consume(std::uint32_t index, std::span<char> bytes);
    void on_end(std::uint32_t index);
    void count_received(std::uint32_t index);
    void refuse_received(std::uint32_t index);
    void refuse_hello(std::uint32_t index);

    // ---- loop_tls.cc
    [[nodiscard]] bool receive_tls(std::uint32_t index, std::size_t& filled);
    void refuse_tls(std::uint32_t index, bool plaintext_http);
    [[nodiscard]] std::int64_t write_front(tls::Session& tls, Backlog& backlog,
                                           std::string_view front);

    // ---- loop_write.cc
    Written write_shared(std::uint32_t index, const SharedBytes& frame);
    Written write_bytes(std::uint32_t index, Backlog::Kind kind, const SharedBytes& bytes);
    Written keep_rest(std::uint32_t index, Backlog::Kind kind, const SharedBytes& bytes,
                      std::int64_t sent);
    Written enqueue(std::uint32_t index, Backlog::Kind kind, const SharedBytes& bytes,
                    std::size_t offset, bool began = false);
    void flush(std::uint32_t index);
    void on_flushed(std::uint32_t index);
    void tell_drained(std::uint32_t index);
    void count_out(std::int64_t bytes);

    // ---- loop_websocket.cc
    void upgrade(std::uint32_t index, const http::Request& request, const access::Address& client);
    void take_frame(std::uint32_t index, std::span<char>& bytes);
    void take_compressed(std::uint32_t index, std::string_view payload);
    void on_control(std::uint32_t index, bool ping, std::string_view payload);
    void fail(std::uint32_t index, std::uint16_t code, std::string_view reason);
    void start_close(std::uint32_t index, std::uint16_t code, std::string_view reason, Phase next);
    void watch_message(std::uint32_t index);

    // ---- loop_tcp.cc
    void take_tcp_frame(std::uint32_t index, std::span<char>& bytes);
    void refuse_tcp(std::uint32_t index, const Error& error);
    [[nodiscard]] const SharedBytes& as_tcp(const SharedBytes& frames);

    // ---- loop_http.cc
    void take_request(std::uint32_t index, std::span<char>& bytes);
    void on_request(std::uint32_t index);
    void answer(std::uint32_t index, const http::Response& response, bool keep_alive);
    void refuse_request(std::uint32_t index, const http::Response& response);

    std::uint32_t id_;
    const Options& options_;
    const access::Networks& trusted_;
    Mailbox& mailbox_;
    Gate& gate_;
    Shard shard_;
    Handler* handler_{nullptr};
    Counters counters_;
    Time now_;
    std::minstd_rand random_;  // Spreads those who are told to come back.
    access::Admission admission_;
    std::shared_ptr<const access::Bans> bans_;  // None yet.

    int epoll_{-1};
    std::vector<int> listeners_;       // As in Options.
    Time accept_again_ = Time::max();  // The listeners rest: the process has no memory or files.
    std::uint64_t connections_max_{0};
    std::uint32_t refused_lingering_{0};
    std::uint64_t strangers_bytes_{0};  // Of Counters::received_bytes: of those without a Hello.

    ConnectionTable table_;
    TimerWheel wheel_;
    // One bit a place: something waits on it, or it is not open. It is what write_direct() looks at
    // instead of the connection; a shard's bits stay in the first-level cache.
    std::vector<bool> busy_;
    std::unique_ptr<char[]> buffer_;  // The one that all connections are read into.
    deflate::Inflater inflater_;
    std::shared_ptr<const tls::Context> certificate_;
    std::unique_ptr<char[]> ciphertext_;   // What is read before it is decrypted into buffer_.
    std::size_t handshake_steps_left_{0};  // In this turn.

    std::vector<std::uint32_t> ready_;    // To be read without waiting for an event.
    std::vector<ConnectionToken> left_;   // Whose on_closed is due.
    std::vector<std::uint32_t> doomed_;   // Whose place is to be freed.
    std::vector<std::uint32_t> reading_;  // The rest are scratch, kept for their memory.
    std::vector<std::uint32_t> fired_;
    std::vector<Mailbox::Mail> mails_;
    std::vector<std::uint32_t> replied_;  // By mail, with bytes that the kernel may hold back.
    std::vector<std::string_view> views_;
    // What write_shared() framed last for TCP: a pass brings the same bytes to many.
    SharedBytes framed_for_ws_;
    SharedBytes framed_for_tcp_;
    bool in_mail_{false};
    bool more_{false};
    bool stopping_{false};
};

}  // namespace stentor::net
