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
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        const int descriptor = ::accept4(listeners_[listener], reinterpret_cast<sockaddr*>(&peer),
                                         &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            admit(descriptor, listener, net::address_of(peer));
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

void Loop::admit(int descriptor, std::size_t listener, const access::Address& peer) {
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
    if (!let_in(index, peer)) return;
    counters_.connections.add();
    rearm(index);
    if (!watched) return doom(index);
    if (!how.proxy_protocol) return begin(index);
    connection.phase = Phase::proxy;
    if (!trusted_.contains(peer)) {
        counters_.refused_proxy.add();
        doom(index);
    }
}

// False: it was told that it may not come in; or that there is no room, and when to come back.
bool Loop::let_in(std::uint32_t index, const access::Address& peer) {
    if (banned(peer)) {
        turn_away(index, count_banned());
        return false;
    }
    if (counters_.connections.value() >= connections_max_) {
        counters_.refused_full.add();
        const Millis spread{random_() %
                            static_cast<std::uint64_t>(options_.within.retry_after.count() + 1)};
        turn_away(index,
                  {.why = "this shard is full",
                   .error = {.code = Code::shard_full,
                             .retry_after_ms = wait_ms(options_.within.retry_after + spread)}});
        return false;
    }
    // A proxy's own address says nothing of who comes through it.
    std::optional<access::Address> client;
    if (!trusted_.contains(peer)) client = peer;
    const auto place = admission_.enter(client, now_, static_cast<std::uint32_t>(random_()));
    if (!place) {
        turn_away(index, count_refusal(place.error()));
        return false;
    }
    take_place(index, *place);
    return true;
}

// Whose it is: a proxy may have named somebody since. False: refused, as above.
bool Loop::locate(std::uint32_t index, const access::Address& client) {
    const access::Admission::Place place = table_.at(index).half_open;
    const auto random = static_cast<std::uint32_t>(random_());
    if (place != access::Admission::kNoPlace) {
        const auto located = admission_.locate(place, client, now_, random);
        if (!located) refuse_opening(index, count_refusal(located.error()));
        return located.has_value();
    }
    // It gave its place back with a request, and begins once more: as a WebSocket without a Hello.
    const Connection& connection = table_.at(index);
    const bool named = connection.transport != nullptr && connection.transport->source;
    const bool counted = named || !trusted_.contains(address_of(connection));
    const auto again = admission_.enter_again(client, counted, now_, random);
    if (!again) {
        refuse_opening(index, count_refusal(again.error()));
        return false;
    }
    take_place(index, *again);
    return true;
}

// Half-open from now on.
void Loop::take_place(std::uint32_t index, access::Admission::Place place) {
    table_.at(index).half_open = place;
    counters_.half_open.add();
}

// It has said enough, or has gone: half-open no longer.
void Loop::through(std::uint32_t index) {
    using access::Admission;
    const Admission::Place place = std::exchange(table_.at(index).half_open, Admission::kNoPlace);
    if (place == Admission::kNoPlace) return;
    admission_.leave(place);
    counters_.half_open.subtract();
}

Loop::Refusal Loop::count_refusal(const access::Admission::Refusal& refusal) {
    Refusal told{.error = {.code = Code::shard_full,
                           .limit = refusal.limit,
                           .retry_after_ms = wait_ms(refusal.retry_after)}};
    switch (refusal.bound) {
        case access::Bound::rate:
            counters_.refused_rate.add();
            told.why = "too many new connections a second";
            break;
        case access::Bound::share:
            counters_.refused_share.add();
            told.why = "too many new connections a second from one network";
            break;
        case access::Bound::open:
            counters_.refused_open.add();
            told.why = "too many half-open connections";
            break;
        case access::Bound::address:
            counters_.refused_address.add();
            told.why = "too many half-open connections from one address";
            break;
    }
    return told;
}

// Behind the PROXY header, where there is one.
void Loop::begin(std::uint32_t index) {
    Connection& connection = table_.at(index);
    const bool told = connection.transport != nullptr && connection.transport->source;
    if (told && banned(*connection.transport->source)) return refuse_opening(index, count_banned());
    if (told && !locate(index, *connection.transport->source)) return;
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
    if (!locate(index, client_of(connection, {}))) return;
    connection.phase = Phase::open;
    connection.deadline = Time::max();
    connection.told = true;
    counters_.sockets.add();
    update_busy(index);
    handler_->on_connected(table_.token(index),
                           {.address = access::shown(client_of(connection, {})), .origin = {}},
                           now_);
}

// What is directly connected, or whom the PROXY header named.
access::Address Loop::address_of(const Connection& connection) const {
    if (connection.transport != nullptr && connection.transport->source) {
        return *connection.transport->source;
    }
    return peer_address(connection.descriptor).value_or(access::Address{});
}

access::Address Loop::client_of(const Connection& connection,
                                std::string_view forwarded_for) const {
    return access::client_of(address_of(connection), forwarded_for, trusted_);
}

// Taken and told, rather than left in the accept queue, where a client would wait for its timeout.
// Up to kRefusedLingering of them linger where descriptors are left, half of the reserve included,
// so that the answer arrives; the rest may see a reset.
void Loop::turn_away(std::uint32_t index, const Refusal& refusal) {
    table_.at(index).refused = true;
    ++refused_lingering_;
    refuse_opening(index, refusal);
    const std::uint64_t room =
        connections_max_ - std::min(connections_max_, counters_.connections.value());
    const std::uint64_t lingering_max =
        std::min<std::uint64_t>(room + options_.descriptors_reserve / 2, limits::kRefusedLingering);
    if (refused_lingering_ > lingering_max) doom(index);
}

// Before a word of the protocol was said.
void Loop::refuse_opening(std::uint32_t index, const Refusal& refusal) {
    const Connection& connection = table_.at(index);
    const bool encrypted = options_.listeners[connection.listener].tls &&
                           (connection.tls() == nullptr || connection.phase == Phase::handshake);
    // Whatever was said in the clear would not be understood.
    if (encrypted) return doom(index);
    if (connection.framed) return refuse_tcp(index, refusal.error);
    const bool for_good = refusal.error.code == Code::banned;
    refuse_request(index,
                   for_good ? banned_response()
                            : http::plain(503, refusal.why, Millis{refusal.error.retry_after_ms}));
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
