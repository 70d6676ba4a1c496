// From a socket to the protocol that the connection speaks.

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "net/access/proxy_header.h"
#include "net/http/response.h"
#include "net/loop.h"
#include "net/loop_constants.h"
#include "net/ws/frame.h"

namespace stentor::net {

// Takes at most one buffer full, so that nobody keeps a turn for himself.
void Loop::read(std::uint32_t index) {
    Connection& connection = table_.at(index);
    if (connection.phase == Phase::free || connection.dead || connection.blocked()) return;
    if (connection.phase == Phase::proxy && !take_proxy_header(index)) return;

    std::size_t filled = 0;
    if (connection.unread != nullptr) {
        filled = connection.unread->copy(buffer_.get(), kReadBytes);
        connection.unread.reset();
    }
    bool again = filled == kReadBytes;
    if (!again && !connection.ended) {
        const bool encrypted = connection.tls() != nullptr && connection.phase != Phase::lingering;
        again = encrypted ? receive_tls(index, filled) : receive(index, filled);
        if (connection.dead) return;
    }

    consume(index, {buffer_.get(), filled});
    if (connection.dead || connection.blocked()) return;
    if (connection.ended && connection.unread == nullptr) return on_end(index);
    if (again || connection.unread != nullptr) make_ready(index);
}

// Adds to the buffer what the socket has. True: there may be more.
bool Loop::receive(std::uint32_t index, std::size_t& filled) {
    const std::span<char> space{buffer_.get() + filled, kReadBytes - filled};
    const std::int64_t got = receive_bytes(index, space);
    if (got <= 0) return got < 0;
    filled += static_cast<std::size_t>(got);
    // A short read emptied the socket (epoll(7)), unless the end of file stands behind it.
    return static_cast<std::size_t>(got) == space.size() || table_.at(index).hung_up;
}

// 0: nothing there, the end, or an error that ended the connection; -1: try again.
std::int64_t Loop::receive_bytes(std::uint32_t index, std::span<char> space) {
    Connection& connection = table_.at(index);
    const ssize_t got = ::recv(connection.descriptor, space.data(), space.size(), 0);
    if (got < 0) {
        if (errno == EINTR) return -1;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
        on_socket_error(index, errno);
        return 0;
    }
    connection.ended = got == 0;
    counters_.bytes_in.add(static_cast<std::uint64_t>(got));
    return got;
}

// Looked at while it stays in the socket, until it is whole: so nothing of it is kept here, and
// nothing behind it is taken. False: it is not whole yet, or the connection is given up.
bool Loop::take_proxy_header(std::uint32_t index) {
    Connection& connection = table_.at(index);
    const ssize_t got =
        ::recv(connection.descriptor, buffer_.get(), limits::kProxyHeaderBytes, MSG_PEEK);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return false;
    const access::ProxyHeader header =
        access::read_proxy_header({buffer_.get(), static_cast<std::size_t>(got > 0 ? got : 0)});
    using State = access::ProxyHeader::State;
    const bool never = header.state == State::more && (got <= 0 || connection.hung_up);
    if (header.state == State::wrong || never) {
        counters_.refused_proxy.add();
        doom(index);
        return false;
    }
    if (header.state == State::more) return false;
    ::recv(connection.descriptor, buffer_.get(), header.bytes, 0);
    counters_.bytes_in.add(header.bytes);
    connection.transport->source = header.source;
    begin(index);
    return !connection.dead && !connection.blocked();
}

void Loop::consume(std::uint32_t index, std::span<char> bytes) {
    Connection& connection = table_.at(index);
    while (!bytes.empty() && !connection.dead && !connection.blocked()) {
        switch (connection.phase) {
            case Phase::http: take_request(index, bytes); break;
            case Phase::open:
            case Phase::closing:
                connection.framed ? take_tcp_frame(index, bytes) : take_frame(index, bytes);
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
        watch_message(index);
    } else if (connection.phase == Phase::lingering) {
        connection.forget_input();
    }
    count_received(index);
}

void Loop::count_received(std::uint32_t index) {
    Connection& connection = table_.at(index);
    const std::size_t bytes = connection.received_bytes();
    if (bytes == connection.counted_bytes) return;
    const bool more = bytes > connection.counted_bytes;
    counters_.received_bytes.subtract(connection.counted_bytes);
    counters_.received_bytes.add(bytes);
    if (!connection.greeted) strangers_bytes_ += bytes - connection.counted_bytes;
    connection.counted_bytes = static_cast<std::uint32_t>(bytes);
    if (!more) return;
    // Strangers share half of the budget, and their messages have the size of a Hello: whoever
    // holds what nobody knows him by takes nothing from those who are in.
    const bool stranger = !connection.greeted;
    const bool full = counters_.received_bytes.value() > options_.received_bytes_max ||
                      (stranger && strangers_bytes_ > options_.received_bytes_max / 2);
    if (stranger && connection.phase == Phase::open && bytes > kHelloBytes) {
        return refuse_hello(index);
    }
    if (full) refuse_received(index);
}

void Loop::refuse_hello(std::uint32_t index) {
    if (!table_.at(index).framed) {
        return fail(index, ws::close_code::kTooLarge, "no Hello is that large");
    }
    counters_.refused_frames.add();
    refuse_tcp(index, {.code = Code::frame_too_large, .where = "frame", .limit = kHelloBytes});
}

// Whole messages are used as they come, so this meets those who sent a part of one, and those who
// sent on while they were paused.
void Loop::refuse_received(std::uint32_t index) {
    Connection& connection = table_.at(index);
    if (connection.phase != Phase::open && connection.phase != Phase::http) return;
    counters_.refused_received.add();
    if (connection.phase == Phase::http) {
        return refuse_request(
            index, http::plain(503, "too many half requests", options_.within.retry_after));
    }
    if (connection.framed) {
        return refuse_tcp(index, {.code = Code::overloaded,
                                  .where = "frame",
                                  .retry_after_ms = wait_ms(options_.within.retry_after)});
    }
    start_close(index, ws::close_code::kTryLater, "too many half messages", Phase::lingering);
}

void Loop::on_end(std::uint32_t index) {
    const Connection& connection = table_.at(index);
    // An answer may still be on its way to a client that only shut its own side.
    if (connection.phase == Phase::lingering && connection.backlog != nullptr) return;
    doom(index);
}

}  // namespace stentor::net
