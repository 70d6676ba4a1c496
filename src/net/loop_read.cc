#include "net/loop_read.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "net/access/proxy_header.h"
#include "net/http/response.h"
#include "net/loop_accept.h"
#include "net/loop_constants.h"
#include "net/loop_http.h"
#include "net/loop_lifetime.h"
#include "net/loop_tcp.h"
#include "net/loop_tls.h"
#include "net/loop_websocket.h"
#include "net/ws/frame.h"

namespace stentor::net {
namespace {

void count_received(LoopState& loop, std::uint32_t index);
void refuse_hello(LoopState& loop, std::uint32_t index);
void refuse_received(LoopState& loop, std::uint32_t index);

// Looked at while it stays in the socket, until it is whole: so nothing of it is kept here, and
// nothing behind it is taken. False: it is not whole yet, or the connection is given up.
bool take_proxy_header(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    const ssize_t got = ::recv(connection.descriptor, loop.reading.buffer.get(),
                               limits::kProxyHeaderBytes, MSG_PEEK);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return false;
    const access::ProxyHeader header = access::read_proxy_header(
        {loop.reading.buffer.get(), static_cast<std::size_t>(got > 0 ? got : 0)});
    using State = access::ProxyHeader::State;
    const bool never = header.state == State::more && (got <= 0 || connection.hung_up);
    if (header.state == State::wrong || never) {
        loop.counters.refused_proxy.add();
        doom(loop, index);
        return false;
    }
    if (header.state == State::more) return false;
    ::recv(connection.descriptor, loop.reading.buffer.get(), header.bytes, 0);
    loop.counters.bytes_in.add(header.bytes);
    connection.transport->source = header.source;
    start_transport(loop, index);
    return !connection.dead && !connection.blocked();
}

void consume(LoopState& loop, std::uint32_t index, std::span<char> bytes) {
    Connection& connection = loop.table.at(index);
    while (!bytes.empty() && !connection.dead && !connection.blocked()) {
        switch (connection.phase) {
            case Phase::http: take_request(loop, index, bytes); break;
            case Phase::open:
            case Phase::closing:
                connection.framed ? take_tcp_frame(loop, index, bytes)
                                  : take_frame(loop, index, bytes);
                break;
            case Phase::free:
            case Phase::proxy:
            case Phase::handshake:
            case Phase::lingering: bytes = {}; break;
        }
    }
    if (connection.dead) return;
    if (!bytes.empty()) {
        connection.unread = std::make_unique<std::string>(bytes.data(), bytes.size());
    }
    if (connection.phase == Phase::open) {
        connection.parser.release();
        if (connection.framed) connection.transport->frames.release();
        watch_message(loop, index);
    } else if (connection.phase == Phase::lingering) {
        connection.forget_input();
    }
    count_received(loop, index);
}

void count_received(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    const std::size_t bytes = connection.received_bytes();
    if (bytes == connection.counted_bytes) return;
    const bool more = bytes > connection.counted_bytes;
    loop.counters.received_bytes.subtract(connection.counted_bytes);
    loop.counters.received_bytes.add(bytes);
    if (!connection.greeted) loop.reading.strangers_bytes += bytes - connection.counted_bytes;
    connection.counted_bytes = static_cast<std::uint32_t>(bytes);
    if (!more) return;
    // Strangers share half of the budget, and their messages have the size of a Hello: whoever
    // holds what nobody knows them by takes nothing from those who are in.
    const bool stranger = !connection.greeted;
    const bool full =
        loop.counters.received_bytes.value() > loop.options.received_bytes_max ||
        (stranger && loop.reading.strangers_bytes > loop.options.received_bytes_max / 2);
    if (stranger && connection.phase == Phase::open && bytes > kHelloBytes) {
        return refuse_hello(loop, index);
    }
    if (full) refuse_received(loop, index);
}

void refuse_hello(LoopState& loop, std::uint32_t index) {
    if (!loop.table.at(index).framed) {
        return fail_websocket(loop, index, ws::close_code::kTooLarge, "no Hello is that large");
    }
    loop.counters.refused_frames.add();
    refuse_tcp(loop, index,
               {.code = Code::frame_too_large, .where = "frame", .limit = kHelloBytes});
}

// Whole messages are used as they come, so this meets those who sent a part of one, and those who
// sent on while they were paused.
void refuse_received(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    if (connection.phase != Phase::open && connection.phase != Phase::http) return;
    loop.counters.refused_received.add();
    if (connection.phase == Phase::http) {
        return refuse_request(
            loop, index,
            http::plain(503, "too many half requests", loop.options.within.retry_after));
    }
    if (connection.framed) {
        return refuse_tcp(loop, index,
                          {.code = Code::overloaded,
                           .where = "frame",
                           .retry_after_ms = wait_ms(loop.options.within.retry_after)});
    }
    start_close(loop, index, ws::close_code::kTryLater, "too many half messages", Phase::lingering);
}

void on_end(LoopState& loop, std::uint32_t index) {
    const Connection& connection = loop.table.at(index);
    // An answer may still be on its way to a client that only shut its own side.
    if (connection.phase == Phase::lingering && connection.backlog != nullptr) return;
    doom(loop, index);
}

}  // namespace

void read_ready(LoopState& loop) {
    loop.reading.taken.swap(loop.reading.ready);
    // A place that was freed since, or given to another connection, is read once for nothing.
    for (const std::uint32_t index : loop.reading.taken) {
        loop.table.at(index).ready = false;
        read_connection(loop, index);
    }
    loop.reading.taken.clear();
}

void Shard::pause_reading(ConnectionToken token) {
    Connection* connection = find_open(loop_, token);
    if (connection == nullptr) return;
    connection->paused = true;
    connection->deadline = Time::max();  // The rest of a message waits for us now.
}

void Shard::resume_reading(ConnectionToken token) {
    Connection* connection = find_open(loop_, token);
    if (connection == nullptr || !std::exchange(connection->paused, false)) return;
    make_ready(loop_, token.index);
}

// Takes at most one buffer full, so that nobody keeps a turn for themselves.
void read_connection(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    if (connection.phase == Phase::free || connection.dead || connection.blocked()) return;
    if (connection.phase == Phase::proxy && !take_proxy_header(loop, index)) return;

    std::size_t filled = 0;
    if (connection.unread != nullptr) {
        filled = connection.unread->copy(loop.reading.buffer.get(), kReadBytes);
        connection.unread.reset();
    }
    bool again = filled == kReadBytes;
    if (!again && !connection.ended) {
        const bool encrypted = connection.tls() != nullptr && connection.phase != Phase::lingering;
        again = encrypted ? receive_tls(loop, index, filled) : receive(loop, index, filled);
        if (connection.dead) return;
    }

    consume(loop, index, {loop.reading.buffer.get(), filled});
    if (connection.dead || connection.blocked()) return;
    if (connection.ended && connection.unread == nullptr) return on_end(loop, index);
    if (again || connection.unread != nullptr) make_ready(loop, index);
}

// Adds to the buffer what the socket has. True: there may be more.
bool receive(LoopState& loop, std::uint32_t index, std::size_t& filled) {
    const std::span<char> space{loop.reading.buffer.get() + filled, kReadBytes - filled};
    const std::int64_t got = receive_bytes(loop, index, space);
    if (got <= 0) return got < 0;
    filled += static_cast<std::size_t>(got);
    // A short read emptied the socket (epoll(7)), unless the end of file stands behind it.
    return static_cast<std::size_t>(got) == space.size() || loop.table.at(index).hung_up;
}

// 0: nothing there, the end, or an error that ended the connection; -1: try again.
std::int64_t receive_bytes(LoopState& loop, std::uint32_t index, std::span<char> space) {
    Connection& connection = loop.table.at(index);
    const ssize_t got = ::recv(connection.descriptor, space.data(), space.size(), 0);
    if (got < 0) {
        if (errno == EINTR) return -1;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
        on_socket_error(loop, index, errno);
        return 0;
    }
    connection.ended = got == 0;
    loop.counters.bytes_in.add(static_cast<std::uint64_t>(got));
    return got;
}

}  // namespace stentor::net
