#include "load/bench/loop.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sodium/utils.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/limits.h"
#include "net/ws/frame.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kReadBytes = 1024 * 1024;
// A page of a log and its frame; the server's largest message.
constexpr std::uint32_t kMessageBytesMax = 2 * limits::kRangeBytes;

sockaddr_in endpoint(const std::string& address, std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    inet_pton(AF_INET, address.c_str(), &to.sin_addr);
    return to;
}

}  // namespace

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

Loop::Loop(std::uint64_t seed)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), random_(seed), buffer_(kReadBytes) {
    if (epoll_ < 0) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
}

Loop::~Loop() { ::close(epoll_); }

void Loop::set_target(std::string address, std::uint16_t port, std::string path,
                      std::string protocol) {
    address_ = std::move(address);
    port_ = port;
    path_ = std::move(path);
    protocol_ = std::move(protocol);
}

void Loop::defer(Peer& peer) {
    if (std::exchange(peer.deferred_, true)) return;
    deferred_.push_back(&peer);
}

void Loop::fail(Peer& peer) {
    close(peer);
    peer.failed_ = true;
    defer(peer);
}

void Loop::close(Peer& peer) {
    if (peer.descriptor_ >= 0) {
        ::close(peer.descriptor_);
        if (peer.phase_ == Peer::Phase::open) --connected_;
    }
    peer.descriptor_ = -1;
    peer.phase_ = Peer::Phase::closed;
    peer.writing_ = false;
    peer.failed_ = false;
    peer.out_.clear();
    peer.out_.shrink_to_fit();
}

void Loop::open(Peer& peer) {
    close(peer);
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return fail(peer);
    peer.descriptor_ = descriptor;
    peer.phase_ = Peer::Phase::connecting;
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const sockaddr_in to = endpoint(address_, port_);
    const int made = connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (made < 0 && errno != EINPROGRESS) return fail(peer);
    epoll_event event{.events = EPOLLIN | EPOLLOUT, .data = {.ptr = &peer}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) < 0) return fail(peer);
    peer.writing_ = true;
}

void Loop::watch_writing(Peer& peer, bool on) {
    if (std::exchange(peer.writing_, on) == on) return;
    epoll_event event{.events = EPOLLIN | (on ? static_cast<std::uint32_t>(EPOLLOUT) : 0U),
                      .data = {.ptr = &peer}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, peer.descriptor_, &event);
}

void Loop::connected(Peer& peer) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(peer.descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail(peer);
    std::array<std::uint64_t, 2> raw{random_(), random_()};
    std::array<char, sodium_base64_ENCODED_LEN(sizeof raw, sodium_base64_VARIANT_ORIGINAL)> text{};
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(raw.data()),
                      sizeof raw, sodium_base64_VARIANT_ORIGINAL);
    peer.key_ = text.data();
    peer.phase_ = Peer::Phase::shaking;
    watch_writing(peer, false);
    const std::string host = address_ + ":" + std::to_string(port_);
    const std::string request = net::ws::request(host, path_, peer.key_, {}, protocol_);
    // The first bytes of a connection always fit.
    const auto sent = ::send(peer.descriptor_, request.data(), request.size(), MSG_NOSIGNAL);
    if (std::cmp_not_equal(sent, request.size())) fail(peer);
}

void Loop::shake(Peer& peer, std::string_view bytes) {
    peer.out_ += bytes;
    const auto size = net::ws::answer_bytes(peer.out_, peer.key_, protocol_);
    if (!size) return;
    if (*size == 0) return fail(peer);
    std::string rest = peer.out_.substr(*size);
    peer.out_.clear();
    peer.phase_ = Peer::Phase::open;
    ++connected_;
    peer.parser_ = std::make_unique<net::ws::Parser>(net::ws::Role::client, kMessageBytesMax);
    peer.on_open();
    if (peer.phase_ == Peer::Phase::open && !rest.empty()) parse(peer, rest.data(), rest.size());
}

void Loop::readable(Peer& peer) {
    const auto got = recv(peer.descriptor_, buffer_.data(), buffer_.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return fail(peer);
    ++reads_;
    bytes_received_ += static_cast<std::uint64_t>(got);
    const auto size = static_cast<std::size_t>(got);
    if (peer.phase_ == Peer::Phase::shaking) return shake(peer, {buffer_.data(), size});
    parse(peer, buffer_.data(), size);
}

void Loop::parse(Peer& peer, char* bytes, std::size_t size) {
    std::span<char> input{bytes, size};
    const int descriptor = peer.descriptor_;
    using Kind = net::ws::Event::Kind;
    while (peer.phase_ == Peer::Phase::open && peer.descriptor_ == descriptor) {
        const net::ws::Event event = peer.parser_->next(input);
        switch (event.kind) {
            case Kind::none: return;
            case Kind::binary: peer.on_message(event.payload); break;
            case Kind::ping:
                write(peer, net::ws::client_frame(net::ws::Opcode::pong, event.payload,
                                                  static_cast<std::uint32_t>(random_())));
                break;
            case Kind::pong: break;
            case Kind::text:
                if (!peer.takes_text()) return fail(peer);
                peer.on_message(event.payload);
                break;
            case Kind::close:
            case Kind::error: return fail(peer);
        }
    }
}

void Loop::send(Peer& peer, std::string_view payload) {
    if (peer.phase_ != Peer::Phase::open) return;
    write(peer, net::ws::client_frame(net::ws::Opcode::binary, payload,
                                      static_cast<std::uint32_t>(random_())));
}

void Loop::send_text(Peer& peer, std::string_view text) {
    if (peer.phase_ != Peer::Phase::open) return;
    write(peer, net::ws::client_frame(net::ws::Opcode::text, text,
                                      static_cast<std::uint32_t>(random_())));
}

void Loop::write(Peer& peer, std::string_view bytes) {
    if (!peer.out_.empty()) {
        peer.out_ += bytes;
        return;
    }
    const auto sent = ::send(peer.descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return fail(peer);
    const auto done = static_cast<std::size_t>(std::max<decltype(sent)>(sent, 0));
    if (done == bytes.size()) return;
    peer.out_ = bytes.substr(done);
    watch_writing(peer, true);
}

void Loop::wake_at(Peer& peer, Time when) {
    peer.wake_ = when;
    wakes_.push({when, &peer});
}

void Loop::run_deferred() {
    // Those who defer again get their turn in the next round.
    for (Peer* peer : std::exchange(deferred_, {})) {
        peer->deferred_ = false;
        if (std::exchange(peer->failed_, false)) {
            peer->on_closed();
        } else {
            peer->on_deferred();
        }
    }
}

void Loop::turn(Millis most) {
    run_deferred();
    Time at = now();
    while (!wakes_.empty() && wakes_.top().when <= at) {
        const Wake wake = wakes_.top();
        wakes_.pop();
        if (wake.peer->wake_ != wake.when) continue;  // Replaced since.
        wake.peer->wake_ = {};
        wake.peer->on_wake();
    }
    if (!deferred_.empty()) most = Millis{0};
    if (!wakes_.empty()) most = std::clamp(wakes_.top().when - at, Millis{0}, most);

    std::array<epoll_event, 512> events;  // Filled by the kernel.
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(most.count()));
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        Peer& peer = *static_cast<Peer*>(event.data.ptr);
        // An event may be of a descriptor that this peer has closed since: then nothing of what
        // follows finds anything to do.
        if (peer.phase_ == Peer::Phase::connecting) {
            if ((event.events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) connected(peer);
            continue;
        }
        if ((event.events & EPOLLOUT) != 0 && peer.phase_ == Peer::Phase::open) {
            const std::string waiting = std::exchange(peer.out_, {});
            watch_writing(peer, false);
            if (!waiting.empty()) write(peer, waiting);
        }
        if ((event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0 && peer.descriptor_ >= 0) {
            readable(peer);
        }
    }
    run_deferred();
}

}  // namespace stentor::bench
