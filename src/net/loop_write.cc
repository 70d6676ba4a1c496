#include "net/loop_write.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <utility>

#include "net/loop_constants.h"
#include "net/loop_http.h"
#include "net/loop_lifetime.h"
#include "net/loop_tcp.h"
#include "net/loop_timers.h"
#include "net/loop_tls.h"
#include "net/tcp/frame.h"
#include "net/ws/frame.h"

namespace stentor::net {
namespace {

constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

ssize_t send_pieces(int descriptor, std::span<const std::string_view> pieces, int flags = kFlags) {
    std::array<iovec, kPiecesPerWrite> vectors{};
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        // sendmsg takes a pointer to what it does not change.
        vectors[i] = {.iov_base = const_cast<char*>(pieces[i].data()), .iov_len = pieces[i].size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = pieces.size();
    return ::sendmsg(descriptor, &message, flags);
}

Written enqueue(LoopState& loop, std::uint32_t index, Backlog::Kind kind, const SharedBytes& bytes,
                std::size_t offset, bool began = false);

void count_out(LoopState& loop, std::int64_t bytes) {
    if (bytes > 0) loop.counters.bytes_out.add(static_cast<std::uint64_t>(bytes));
}

Written write_shared(LoopState& loop, std::uint32_t index, const SharedPush& push) {
    const bool framed = loop.table.at(index).framed;
    return write_bytes(loop, index, Backlog::Kind::shared,
                       framed ? framed_for_tcp(loop, push) : bytes_of(push));
}

// `sent` is what the system call returned, errno what it left.
Written keep_rest(LoopState& loop, std::uint32_t index, Backlog::Kind kind,
                  const SharedBytes& bytes, std::int64_t sent) {
    if (sent < 0 && !would_block()) {
        on_socket_error(loop, index, errno);
        return Written::refused;
    }
    const tls::Session* tls = loop.table.at(index).tls();
    return enqueue(loop, index, kind, bytes, static_cast<std::size_t>(sent > 0 ? sent : 0),
                   tls != nullptr && tls->began());
}

Written enqueue(LoopState& loop, std::uint32_t index, Backlog::Kind kind, const SharedBytes& bytes,
                std::size_t offset, bool began) {
    Connection& connection = loop.table.at(index);
    const std::size_t rest = bytes->size() - offset;
    const bool control = kind == Backlog::Kind::pong || kind == Backlog::Kind::close;
    const bool handlers = kind == Backlog::Kind::reply || kind == Backlog::Kind::shared;
    if (!control && loop.counters.pinned_bytes.value() + rest > loop.options.pinned_bytes_max) {
        if (offset == 0 && !began) {
            loop.counters.refused_budget.add();
            // Nothing of it may wait here, so the socket's own room is what it waits for: an edge
            // follows, since the kernel has just said no.
            connection.owes_drained |= handlers;
            return Written::refused;
        }
        // The peer has half a frame and can make nothing of another one.
        loop.counters.dropped_budget.add();
        doom(loop, index);
        return Written::refused;
    }
    if (connection.backlog == nullptr) {
        connection.backlog = std::make_unique<Backlog>();
        connection.backlog->watch(loop.now, loop.options.within.stuck);
        loop.counters.backlogs.add();
        update_busy(loop, index);
        rearm(loop, index);
    }
    const std::size_t before = connection.backlog->bytes();
    connection.backlog->add(kind, bytes, offset, began);
    loop.counters.pinned_bytes.subtract(before);
    loop.counters.pinned_bytes.add(connection.backlog->bytes());
    loop.counters.frames_out.add();
    connection.owes_drained |= handlers;
    return Written::kept;
}

void on_flushed(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    connection.backlog.reset();
    loop.counters.backlogs.subtract();
    update_busy(loop, index);
    if (connection.phase == Phase::lingering) return shut_our_side(loop, index);
    if (connection.phase == Phase::http && connection.streaming != nullptr) {
        return go_on_streaming(loop, index);
    }
    if (connection.phase == Phase::http) {
        connection.deadline = loop.now + loop.options.within.http_idle;
        rearm(loop, index);
        make_ready(loop, index);
    }
    tell_drained(loop, index);
}

}  // namespace

Written Shard::send(ConnectionToken token, std::string_view payload) {
    LoopState& loop = loop_;
    Connection* connection = find_open(loop, token);
    if (connection == nullptr) return Written::refused;
    const auto framed = [payload, tcp = connection->framed] {
        return share(tcp ? tcp::frame(payload) : ws::server_frame(ws::Opcode::binary, payload));
    };
    // Under TLS, two pieces would be two records.
    if (connection->backlog != nullptr || connection->tls() != nullptr) {
        return write_bytes(loop, token.index, Backlog::Kind::reply, framed());
    }
    // The payload is copied only when the socket does not take it whole.
    const ws::HeaderBytes header = ws::server_header(ws::Opcode::binary, payload.size());
    const tcp::LengthBytes length = tcp::length_bytes(payload.size());
    const std::string_view head =
        connection->framed ? std::string_view{length.data(), length.size()} : header.view();
    const std::array<std::string_view, 2> pieces{head, payload};
    const ssize_t sent = send_pieces(connection->descriptor, pieces,
                                     loop.writing.in_mail ? kFlags | MSG_MORE : kFlags);
    count_out(loop, sent);
    if (loop.writing.in_mail && sent > 0 &&
        (loop.writing.replied.empty() || loop.writing.replied.back() != token.index)) {
        if (loop.writing.replied.size() == kRepliesHeld) push_replies(loop);
        loop.writing.replied.push_back(token.index);
    }
    if (sent == static_cast<ssize_t>(head.size() + payload.size())) {
        loop.counters.frames_out.add();
        return Written::whole;
    }
    return keep_rest(loop, token.index, Backlog::Kind::reply, framed(), sent);
}

// Answers to one connection come together, as to all that it resumes: the kernel holds the first
// ones back until the last is there, and a segment, and a wake-up of the reader, do for all.
void push_replies(LoopState& loop) {
    for (const std::uint32_t index : loop.writing.replied) {
        const Connection& connection = loop.table.at(index);
        if (connection.phase == Phase::free || connection.dead) continue;
        // Said once more, it pushes what is held (tcp(7)).
        const int on = 1;
        ::setsockopt(connection.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    loop.writing.replied.clear();
}

Written Shard::write(ConnectionToken token, const SharedPush& push) {
    if (find_open(loop_, token) == nullptr) return Written::refused;
    return write_shared(loop_, token.index, push);
}

Written Shard::write_direct(int descriptor, ConnectionIndex index, const SharedPush& push) {
    LoopState& loop = loop_;
    if (loop.writing.busy[index]) {
        const Connection& connection = loop.table.at(index);
        const bool open = connection.phase == Phase::open && !connection.dead;
        return open ? write_shared(loop, index, push) : Written::refused;
    }
    const std::string& bytes = push->bytes();
    const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), kFlags);
    count_out(loop, sent);
    if (sent == static_cast<ssize_t>(bytes.size())) {
        loop.counters.frames_out.add();
        return Written::whole;
    }
    return keep_rest(loop, index, Backlog::Kind::shared, bytes_of(push), sent);
}

Written write_bytes(LoopState& loop, std::uint32_t index, Backlog::Kind kind,
                    const SharedBytes& bytes) {
    Connection& connection = loop.table.at(index);
    if (connection.backlog != nullptr) {
        if (!connection.backlog->has_room(kind)) {
            loop.counters.refused_backlog.add();
            return Written::refused;
        }
        return enqueue(loop, index, kind, bytes, 0);
    }
    tls::Session* tls = connection.tls();
    const ssize_t sent = tls != nullptr
                             ? tls->write(*bytes)
                             : ::send(connection.descriptor, bytes->data(), bytes->size(), kFlags);
    count_out(loop, sent);
    if (sent == static_cast<ssize_t>(bytes->size())) {
        loop.counters.frames_out.add();
        return Written::whole;
    }
    return keep_rest(loop, index, kind, bytes, sent);
}

void Shard::forget_waiting(ConnectionToken token) {
    Connection* connection = find_open(loop_, token);
    if (connection == nullptr || connection->backlog == nullptr) return;
    Backlog& backlog = *connection->backlog;
    loop_.counters.pinned_bytes.subtract(backlog.bytes());
    backlog.forget_rest();
    loop_.counters.pinned_bytes.add(backlog.bytes());
}

void flush_backlog(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    Backlog& backlog = *connection.backlog;
    while (!backlog.empty()) {
        loop.writing.views.clear();
        backlog.front(loop.writing.views, connection.tls() != nullptr ? 1 : kPiecesPerWrite);
        std::size_t offered = 0;
        for (const std::string_view view : loop.writing.views) offered += view.size();
        const std::int64_t sent =
            connection.tls() != nullptr
                ? write_front(*connection.tls(), backlog, loop.writing.views.front())
                : send_pieces(connection.descriptor, loop.writing.views);
        if (sent < 0) {
            if (would_block()) return;
            return on_socket_error(loop, index, errno);
        }
        count_out(loop, sent);
        const auto bytes = static_cast<std::size_t>(sent);
        loop.counters.pinned_bytes.subtract(bytes);
        backlog.written(bytes);
        backlog.took(bytes, loop.options.slow_bytes, loop.now, loop.options.within.stuck);
        if (bytes < offered) return;  // An edge follows when the socket has room again.
    }
    on_flushed(loop, index);
}

void tell_drained(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    if (std::exchange(connection.owes_drained, false) && connection.phase == Phase::open) {
        loop.events->on_drained(loop.table.token(index));
    }
}

}  // namespace stentor::net
