// From a handler's bytes to a socket, and what becomes of those that it does not take.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <utility>

#include "net/loop.h"
#include "net/loop_constants.h"
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

}  // namespace

void Loop::count_out(std::int64_t bytes) {
    if (bytes > 0) counters_.bytes_out.add(static_cast<std::uint64_t>(bytes));
}

Written Loop::send(ConnectionToken token, std::string_view payload) {
    Connection* connection = find_open(token);
    if (connection == nullptr) return Written::refused;
    const auto framed = [payload, tcp = connection->framed] {
        return share(tcp ? tcp::frame(payload) : ws::server_frame(ws::Opcode::binary, payload));
    };
    // Under TLS, two pieces would be two records.
    if (connection->backlog != nullptr || connection->tls() != nullptr) {
        return write_bytes(token.index, Backlog::Kind::reply, framed());
    }
    // The payload is copied only when the socket does not take it whole.
    const ws::HeaderBytes header = ws::server_header(ws::Opcode::binary, payload.size());
    const tcp::LengthBytes length = tcp::length_bytes(payload.size());
    const std::string_view head =
        connection->framed ? std::string_view{length.data(), length.size()} : header.view();
    const std::array<std::string_view, 2> pieces{head, payload};
    const ssize_t sent =
        send_pieces(connection->descriptor, pieces, in_mail_ ? kFlags | MSG_MORE : kFlags);
    count_out(sent);
    if (in_mail_ && sent > 0 && (replied_.empty() || replied_.back() != token.index)) {
        if (replied_.size() == kRepliesHeld) push_replies();
        replied_.push_back(token.index);
    }
    if (sent == static_cast<ssize_t>(head.size() + payload.size())) {
        counters_.frames_out.add();
        return Written::whole;
    }
    return keep_rest(token.index, Backlog::Kind::reply, framed(), sent);
}

// Answers to one connection come together, as to all that it resumes: the kernel holds the first
// ones back until the last is there, and a segment, and a wake-up of the reader, do for all.
void Loop::push_replies() {
    for (const std::uint32_t index : replied_) {
        const Connection& connection = table_.at(index);
        if (connection.phase == Phase::free || connection.dead) continue;
        // Said once more, it pushes what is held (tcp(7)).
        const int on = 1;
        ::setsockopt(connection.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    replied_.clear();
}

Written Loop::write(ConnectionToken token, const SharedBytes& frame) {
    if (find_open(token) == nullptr) return Written::refused;
    return write_shared(token.index, frame);
}

Written Loop::write_direct(int descriptor, ConnectionIndex index, const SharedBytes& frame) {
    if (busy_[index]) {
        const Connection& connection = table_.at(index);
        const bool open = connection.phase == Phase::open && !connection.dead;
        return open ? write_shared(index, frame) : Written::refused;
    }
    const ssize_t sent = ::send(descriptor, frame->data(), frame->size(), kFlags);
    count_out(sent);
    if (sent == static_cast<ssize_t>(frame->size())) {
        counters_.frames_out.add();
        return Written::whole;
    }
    return keep_rest(index, Backlog::Kind::shared, frame, sent);
}

Written Loop::write_shared(std::uint32_t index, const SharedBytes& frame) {
    const bool framed = table_.at(index).framed;
    return write_bytes(index, Backlog::Kind::shared, framed ? as_tcp(frame) : frame);
}

Written Loop::write_bytes(std::uint32_t index, Backlog::Kind kind, const SharedBytes& bytes) {
    Connection& connection = table_.at(index);
    if (connection.backlog != nullptr) {
        if (!connection.backlog->has_room(kind)) {
            counters_.refused_backlog.add();
            return Written::refused;
        }
        return enqueue(index, kind, bytes, 0);
    }
    tls::Session* tls = connection.tls();
    const ssize_t sent = tls != nullptr
                             ? tls->write(*bytes)
                             : ::send(connection.descriptor, bytes->data(), bytes->size(), kFlags);
    count_out(sent);
    if (sent == static_cast<ssize_t>(bytes->size())) {
        counters_.frames_out.add();
        return Written::whole;
    }
    return keep_rest(index, kind, bytes, sent);
}

// `sent` is what the system call returned, errno what it left.
Written Loop::keep_rest(std::uint32_t index, Backlog::Kind kind, const SharedBytes& bytes,
                        std::int64_t sent) {
    if (sent < 0 && !would_block()) {
        on_socket_error(index, errno);
        return Written::refused;
    }
    const tls::Session* tls = table_.at(index).tls();
    return enqueue(index, kind, bytes, static_cast<std::size_t>(sent > 0 ? sent : 0),
                   tls != nullptr && tls->began());
}

Written Loop::enqueue(std::uint32_t index, Backlog::Kind kind, const SharedBytes& bytes,
                      std::size_t offset, bool began) {
    Connection& connection = table_.at(index);
    const std::size_t rest = bytes->size() - offset;
    const bool control = kind == Backlog::Kind::pong || kind == Backlog::Kind::close;
    const bool handlers = kind == Backlog::Kind::reply || kind == Backlog::Kind::shared;
    if (!control && counters_.pinned_bytes.value() + rest > options_.pinned_bytes_max) {
        if (offset == 0 && !began) {
            counters_.refused_budget.add();
            // Nothing of it may wait here, so the socket's own room is what it waits for: an edge
            // follows, since the kernel has just said no.
            connection.owes_drained |= handlers;
            return Written::refused;
        }
        // The peer has half a frame and can make nothing of another one.
        counters_.dropped_budget.add();
        doom(index);
        return Written::refused;
    }
    if (connection.backlog == nullptr) {
        connection.backlog = std::make_unique<Backlog>();
        connection.backlog->watch(now_, options_.within.stuck);
        counters_.backlogs.add();
        update_busy(index);
        rearm(index);
    }
    const std::size_t before = connection.backlog->bytes();
    connection.backlog->add(kind, bytes, offset, began);
    counters_.pinned_bytes.subtract(before);
    counters_.pinned_bytes.add(connection.backlog->bytes());
    counters_.frames_out.add();
    connection.owes_drained |= handlers;
    return Written::kept;
}

void Loop::forget_waiting(ConnectionToken token) {
    Connection* connection = find_open(token);
    if (connection == nullptr || connection->backlog == nullptr) return;
    Backlog& backlog = *connection->backlog;
    counters_.pinned_bytes.subtract(backlog.bytes());
    backlog.forget_rest();
    counters_.pinned_bytes.add(backlog.bytes());
}

void Loop::flush(std::uint32_t index) {
    Connection& connection = table_.at(index);
    Backlog& backlog = *connection.backlog;
    while (!backlog.empty()) {
        views_.clear();
        backlog.front(views_, connection.tls() != nullptr ? 1 : kPiecesPerWrite);
        std::size_t offered = 0;
        for (const std::string_view view : views_) offered += view.size();
        const std::int64_t sent = connection.tls() != nullptr
                                      ? write_front(*connection.tls(), backlog, views_.front())
                                      : send_pieces(connection.descriptor, views_);
        if (sent < 0) {
            if (would_block()) return;
            return on_socket_error(index, errno);
        }
        count_out(sent);
        const auto bytes = static_cast<std::size_t>(sent);
        counters_.pinned_bytes.subtract(bytes);
        backlog.written(bytes);
        backlog.took(bytes, options_.slow_bytes, now_, options_.within.stuck);
        if (bytes < offered) return;  // An edge follows when the socket has room again.
    }
    on_flushed(index);
}

void Loop::on_flushed(std::uint32_t index) {
    Connection& connection = table_.at(index);
    connection.backlog.reset();
    counters_.backlogs.subtract();
    update_busy(index);
    if (connection.phase == Phase::lingering) return shut_our_side(index);
    if (connection.phase == Phase::http) {
        connection.deadline = now_ + options_.within.http_idle;
        rearm(index);
        make_ready(index);
    }
    tell_drained(index);
}

void Loop::tell_drained(std::uint32_t index) {
    Connection& connection = table_.at(index);
    if (std::exchange(connection.owes_drained, false) && connection.phase == Phase::open) {
        handler_->on_drained(table_.token(index), now_);
    }
}

}  // namespace stentor::net
