#pragma once
// One connection between a member and a shard: messages up, a stream of bytes down, through a
// kernel buffer that may be small and drained in pieces. It can be cut, or go silent so that
// neither end hears of it.
//
// Owner: both ends, shared. Either end lets go of it with server_gone() or client_gone().

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "node/fanout/router.h"
#include "testing/sim/world.h"
#include "wire/deflate/inflater.h"

namespace stentor::sim {

// The shard's end. Each is called from the clock, never from within a call of the link.
class ServerEnd {
public:
    ServerEnd() = default;
    ServerEnd(const ServerEnd&) = delete;
    ServerEnd& operator=(const ServerEnd&) = delete;
    virtual ~ServerEnd() = default;

    virtual void on_message(ConnectionToken connection, std::string bytes) = 0;
    virtual void on_drained(ConnectionToken connection) = 0;
    virtual void on_stuck(ConnectionToken connection) = 0;
    virtual void on_closed(ConnectionToken connection) = 0;
};

class ClientEnd {
public:
    ClientEnd() = default;
    ClientEnd(const ClientEnd&) = delete;
    ClientEnd& operator=(const ClientEnd&) = delete;
    virtual ~ClientEnd() = default;

    virtual void on_payload(std::string_view payload) = 0;
    virtual void on_closed() = 0;
};

// Bytes in the backlogs of all links of one shard. They are shared by what may outlive it.
struct WaitingBytes {
    std::size_t now{};
};

class Link : public std::enable_shared_from_this<Link> {
public:
    Link(World& world, ClientEnd* client) : world_{world}, client_{client} { draw(); }

    ~Link() { count_waiting(0); }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    // What was sent up before follows.
    void accept(ServerEnd* server, ConnectionToken token, std::shared_ptr<WaitingBytes> of_shard);

    // ---- The shard's end
    // Ready bytes; refused when something waits already, or may not wait any more: then nothing was
    // taken, and on_drained follows once there is room.
    Written write(std::string_view frame);
    // A payload, framed; waits behind others, false when too many do or too many bytes.
    [[nodiscard]] bool send(std::string_view payload);
    [[nodiscard]] bool waiting() const { return !backlog_.empty(); }
    // It could be written to.
    [[nodiscard]] bool has_room() const {
        return !over_ && !closing_ && !silent_ && !waiting() && kernel_.size() < capacity_;
    }
    [[nodiscard]] bool deflates() const { return deflates_; }
    void pause_reading();
    void resume_reading();
    // Of what waits only the frame that is halfway is written any more.
    void forget_rest();
    // After what waits.
    void close();
    void server_gone();

    // ---- The member's end
    void transmit(std::string message);
    void client_gone();

    // ---- The world
    void cut();
    void go_silent();
    // The member's program takes nothing out of its kernel, until read_again(). What ends meanwhile
    // it learns only then.
    void stop_reading();
    void read_again();
    // Drained as it comes; one that is silent is cut, as when its route comes back too late.
    void heal();
    [[nodiscard]] bool over() const { return over_; }

private:
    void draw();
    [[nodiscard]] Millis latency();
    std::size_t accept_bytes(std::string_view bytes);
    void drain();
    void refill();
    void watch_for_stuck();
    Written keep_rest(std::string rest, bool begun);
    [[nodiscard]] bool may_wait(std::size_t bytes) const;
    void count_waiting(std::size_t bytes);
    void recount_waiting();
    void deliver(std::string bytes);
    void parse();
    void finish_close();
    void tell_server_closed(Millis after);
    void tell_client_closed(Millis after);
    void receive(std::string message);
    void hand_up_held();

    World& world_;
    ServerEnd* server_{};
    ClientEnd* client_{};
    ConnectionToken token_;
    Line up_;
    Line down_;

    std::size_t capacity_{};       // Of the kernel's buffer.
    bool takes_whole_{};           // As Linux: what begins within the capacity is taken to its end.
    std::size_t drained_bytes_{};  // At once; 0: as they come.
    Millis drained_every_{};
    std::string kernel_;
    std::deque<std::string> backlog_;
    std::shared_ptr<WaitingBytes> of_shard_;  // Until the server's end is gone.
    std::size_t counted_{};                   // Of those, what waits here.
    bool owes_drained_{};                     // Somebody was told `kept`, or refused for them.
    bool draining_{};
    bool front_begun_{};        // Of the first in the backlog a part is out.
    std::uint64_t backlogs_{};  // Numbers them, for the watch over the one that waits.
    std::size_t taken_{};       // Of the backlog, since the watch began.
    bool deflates_{};           // permessage-deflate was negotiated.

    deflate::Inflater inflater_;
    std::string received_;          // By the member, not a whole frame yet.
    std::deque<std::string> held_;  // Messages up, while reading is paused.
    bool reading_paused_{};
    bool accepted_{};
    bool closing_{};
    bool silent_{};
    bool stopped_{};
    bool reset_{};  // By the server, while the member did not read.
    bool over_{};
};

}  // namespace stentor::sim
