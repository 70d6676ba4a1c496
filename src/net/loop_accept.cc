// The listener, and whom it lets in.

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "net/access/forwarded.h"
#include "net/http/response.h"
#include "net/loop.h"
#include "net/loop_constants.h"
#include "net/sockets.h"

namespace stentor::net {

std::vector<std::uint16_t> Loop::serve(Handler& handler, std::span<const std::uint16_t> ports) {
    const std::uint64_t limit = descriptor_limit();
    const std::uint64_t reserve = std::uint64_t{options_.descriptors_reserve} + options_.shards;
    connections_max_ = limit > reserve ? limit - reserve : 1;
    if (options_.connections_max > 0) {
        connections_max_ = std::min<std::uint64_t>(connections_max_, options_.connections_max);
    }
    handler_ = &handler;
    handler.on_start(shard_, now_);

    std::vector<std::uint16_t> opened;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const int listener = open_listener(options_, options_.listeners[i], ports[i]);
        listeners_.push_back(listener);
        epoll_event event{.events = EPOLLIN, .data = {.u64 = kFirstListenerSource + i}};
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener, &event) != 0) {
            throw std::system_error(errno, std::generic_category(), "epoll_ctl");
        }
        opened.push_back(port_of(listener));
    }
    return opened;
}

void Loop::accept_some(std::size_t listener, unsigned count_max) {
    for (unsigned i = 0; i < count_max && listener < listeners_.size(); ++i) {
        const int descriptor =
            ::accept4(listeners_[listener], nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            admit(descriptor, listener);
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) return;
        // Without a rest, a level-triggered listener would turn the loop for nothing.
        const bool exhausted =
            errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        if (exhausted) return rest_accepting();
        // Anything else belongs to the connection that was not to be (accept(2)).
    }
}

void Loop::admit(int descriptor, std::size_t listener) {
    const Listener& how = options_.listeners[listener];
    const std::uint32_t index = table_.add(descriptor);
    if (index >= busy_.size()) busy_.resize(index + std::size_t{1}, true);
    Connection& connection = table_.at(index);
    connection.listener = static_cast<std::uint8_t>(listener);
    connection.framed = how.kind == Listener::Kind::tcp;
    connection.phase = Phase::http;
    connection.deadline = now_ + options_.within.handshake;
    if (connection.framed || how.proxy_protocol || how.tls) {
        connection.transport = std::make_unique<Transport>();
    }
    counters_.accepted.add();
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u64 = index}};
    const bool watched = ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
    if (counters_.connections.value() >= connections_max_) return refuse_full(index);
    counters_.connections.add();
    rearm(index);
    if (!watched) return doom(index);
    if (!how.proxy_protocol) return begin(index);
    connection.phase = Phase::proxy;
    if (!trusted_.contains(address_of(connection))) {
        counters_.refused_proxy.add();
        doom(index);
    }
}

// Behind the PROXY header, where there is one.
void Loop::begin(std::uint32_t index) {
    Connection& connection = table_.at(index);
    if (!options_.listeners[connection.listener].tls) return speak(index);
    connection.phase = Phase::handshake;
    connection.transport->tls = std::make_unique<tls::Session>(
        certificate_, connection.descriptor, connection.framed ? kTcpProtocol : kHttpProtocol);
}

// The protocol's first word may come.
void Loop::speak(std::uint32_t index) {
    Connection& connection = table_.at(index);
    connection.phase = Phase::http;
    if (!connection.framed) return;
    connection.phase = Phase::open;
    connection.deadline = Time::max();
    connection.told = true;
    counters_.sockets.add();
    update_busy(index);
    handler_->on_opened(table_.token(index), {.address = client_of(connection, {}), .origin = {}},
                        now_);
}

// What is directly connected, or whom the PROXY header named.
access::Address Loop::address_of(const Connection& connection) const {
    if (connection.transport != nullptr && connection.transport->source) {
        return *connection.transport->source;
    }
    return peer_address(connection.descriptor).value_or(access::Address{});
}

std::string Loop::client_of(const Connection& connection, std::string_view forwarded_for) const {
    const access::Address address = address_of(connection);
    return access::shown(access::client_of(address, forwarded_for, trusted_));
}

// Taken and told, rather than left in the accept queue, where a client would wait for its timeout.
// A few of them may linger on the reserve, so that the answer arrives; the rest may see a reset.
void Loop::refuse_full(std::uint32_t index) {
    counters_.refused_full.add();
    table_.at(index).refused = true;
    ++refused_lingering_;
    if (options_.listeners[table_.at(index).listener].tls) {
        doom(index);  // Whatever was said in the clear would not be understood.
    } else if (table_.at(index).framed) {
        const auto retry_after_ms = static_cast<std::uint32_t>(options_.within.retry_after.count());
        refuse_tcp(index, {.code = Code::shard_full, .retry_after_ms = retry_after_ms});
    } else {
        refuse_request(index, http::plain(503, "this shard is full", options_.within.retry_after));
    }
    if (refused_lingering_ > options_.descriptors_reserve / 2) doom(index);
}

void Loop::rest_accepting() {
    log::warn("cannot accept connections, resting", {{"shard", id_}, {"errno", errno}});
    watch_listeners(0);
    accept_again_ = now_ + kAcceptRest;
}

void Loop::resume_accepting() {
    accept_again_ = Time::max();
    watch_listeners(EPOLLIN);
}

void Loop::watch_listeners(std::uint32_t events) {
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        epoll_event event{.events = events, .data = {.u64 = kFirstListenerSource + i}};
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, listeners_[i], &event);
    }
}

void Loop::stop_accepting() {
    // Those whom the kernel has accepted would get a reset.
    for (std::size_t i = 0; i < listeners_.size(); ++i) accept_some(i, kAcceptsAtEnd);
    for (const int listener : std::exchange(listeners_, {})) ::close(listener);
}

}  // namespace stentor::net
