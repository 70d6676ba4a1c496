#pragma once
// Many WebSocket clients on one thread: epoll, non-blocking sockets, one read buffer for all, a
// heap of wake-ups.
//
// Thread: the one that calls turn(). Peers outlive the loop's use of them. Cost: about 100 bytes a
// peer beside its kernel socket.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "net/ws/handshake.h"
#include "net/ws/parser.h"

namespace stentor::bench {

class Loop;

// One socket's user. Events come from Loop::turn only, never from within a call of the peer's.
class Peer {
public:
    Peer() = default;
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    virtual ~Peer() = default;

    virtual void on_open() = 0;  // The handshake is done.
    virtual void on_message(std::string_view payload) = 0;
    virtual void on_closed() = 0;  // Or never opened.
    // Else a text message is a violation, as it is in Stentor's own protocol.
    [[nodiscard]] virtual bool takes_text() const { return false; }
    virtual void on_wake() {}
    virtual void on_deferred() {}

private:
    friend class Loop;
    enum class Phase : std::uint8_t { closed, connecting, shaking, open };

    int descriptor_{-1};
    Phase phase_{Phase::closed};
    bool failed_{};  // on_closed is due.
    bool deferred_{};
    bool writing_{};  // Waits for room in the socket.
    Time wake_;
    std::string out_;  // What the socket did not take; the handshake's answer while shaking.
    std::string key_;
    std::unique_ptr<net::ws::Parser> parser_;
};

class Loop {
public:
    explicit Loop(std::uint64_t seed);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    // Where connections go from now on: a numeric IPv4 address. An empty `protocol`: none.
    void set_target(std::string address, std::uint16_t port, std::string path = "/ws",
                    std::string protocol = std::string{net::ws::kSubprotocol});

    // Answered by on_open or on_closed.
    void open(Peer& peer);
    void send(Peer& peer, std::string_view payload);
    void send_text(Peer& peer, std::string_view text);
    // No on_closed follows.
    void close(Peer& peer);
    void wake_at(Peer& peer, Time when);
    // on_deferred, before the next wait.
    void defer(Peer& peer);

    // Waits at most `most` and hands out what happened.
    void turn(Millis most);

    [[nodiscard]] std::uint64_t random() { return random_(); }
    [[nodiscard]] std::uint64_t bytes_received() const { return bytes_received_; }
    [[nodiscard]] std::uint64_t reads() const { return reads_; }
    [[nodiscard]] std::size_t connected() const { return connected_; }

private:
    struct Wake {
        Time when;
        Peer* peer;
        friend bool operator<(const Wake& a, const Wake& b) { return b.when < a.when; }
    };
    void fail(Peer& peer);
    void connected(Peer& peer);
    void readable(Peer& peer);
    void shake(Peer& peer, std::string_view bytes);
    void parse(Peer& peer, char* bytes, std::size_t size);
    void write(Peer& peer, std::string_view bytes);
    void watch_writing(Peer& peer, bool on);
    void run_deferred();

    int epoll_;
    std::string address_;
    std::uint16_t port_{};
    std::string path_;
    std::string protocol_;
    std::mt19937_64 random_;
    std::vector<char> buffer_;
    std::priority_queue<Wake> wakes_;
    std::vector<Peer*> deferred_;
    std::uint64_t bytes_received_{};
    std::uint64_t reads_{};
    std::size_t connected_{};
};

// Lets this process hold as many descriptors as it may; returns how many.
std::size_t raise_descriptor_limit();

}  // namespace stentor::bench
