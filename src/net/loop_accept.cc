#include "net/loop_accept.h"

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
#include "net/loop_bans.h"
#include "net/loop_constants.h"
#include "net/loop_http.h"
#include "net/loop_lifetime.h"
#include "net/loop_tcp.h"
#include "net/loop_timers.h"
#include "net/sockets.h"

namespace stentor::net {
namespace {

bool let_in(LoopState& loop, std::uint32_t index, const access::Address& peer);
void take_place(LoopState& loop, std::uint32_t index, access::Admission::Place place);
Refusal count_refusal(LoopState& loop, const access::Admission::Refusal& refusal);
void turn_away(LoopState& loop, std::uint32_t index, const Refusal& refusal);
void refuse_opening(LoopState& loop, std::uint32_t index, const Refusal& refusal);
void watch_listeners(LoopState& loop, std::uint32_t events);

void admit(LoopState& loop, int descriptor, std::size_t listener, const access::Address& peer) {
    const Listener& how = loop.options.listeners[listener];
    const std::uint32_t index = loop.table.add(descriptor);
    if (index >= loop.writing.busy.size()) loop.writing.busy.resize(index + std::size_t{1}, true);
    Connection& connection = loop.table.at(index);
    connection.listener = static_cast<std::uint8_t>(listener);
    connection.framed = how.kind == Listener::Kind::tcp;
    connection.phase = Phase::http;
    connection.deadline = loop.now + loop.options.within.handshake;
    if (connection.framed || how.proxy_protocol || how.tls) {
        connection.transport = std::make_unique<Transport>();
    }
    loop.counters.accepted.add();
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u64 = index}};
    const bool watched = ::epoll_ctl(loop.epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
    if (!let_in(loop, index, peer)) return;
    loop.counters.connections.add();
    rearm(loop, index);
    if (!watched) return doom(loop, index);
    if (!how.proxy_protocol) return start_transport(loop, index);
    connection.phase = Phase::proxy;
    if (!loop.trusted.contains(peer)) {
        loop.counters.refused_proxy.add();
        doom(loop, index);
    }
}

// False: it was told that it may not come in; or that there is no room, and when to come back.
bool let_in(LoopState& loop, std::uint32_t index, const access::Address& peer) {
    if (is_banned(loop, peer)) {
        turn_away(loop, index, count_banned(loop));
        return false;
    }
    if (loop.counters.connections.value() >= loop.accepting.connections_max) {
        loop.counters.refused_full.add();
        const Millis spread{loop.random() % static_cast<std::uint64_t>(
                                                loop.options.within.retry_after.count() + 1)};
        turn_away(loop, index,
                  {.why = "this shard is full",
                   .error = {.code = Code::shard_full,
                             .retry_after_ms = wait_ms(loop.options.within.retry_after + spread)}});
        return false;
    }
    // A proxy's own address says nothing of who comes through it.
    std::optional<access::Address> client;
    if (!loop.trusted.contains(peer)) client = peer;
    const auto place =
        loop.accepting.admission.enter(client, loop.now, static_cast<std::uint32_t>(loop.random()));
    if (!place) {
        turn_away(loop, index, count_refusal(loop, place.error()));
        return false;
    }
    take_place(loop, index, *place);
    return true;
}

// Half-open from now on.
void take_place(LoopState& loop, std::uint32_t index, access::Admission::Place place) {
    loop.table.at(index).half_open = place;
    loop.counters.half_open.add();
}

Refusal count_refusal(LoopState& loop, const access::Admission::Refusal& refusal) {
    Refusal told{.error = {.code = Code::shard_full,
                           .limit = refusal.limit,
                           .retry_after_ms = wait_ms(refusal.retry_after)}};
    switch (refusal.bound) {
        case access::Bound::rate:
            loop.counters.refused_rate.add();
            told.why = "too many new connections a second";
            break;
        case access::Bound::share:
            loop.counters.refused_share.add();
            told.why = "too many new connections a second from one network";
            break;
        case access::Bound::open:
            loop.counters.refused_open.add();
            told.why = "too many half-open connections";
            break;
        case access::Bound::address:
            loop.counters.refused_address.add();
            told.why = "too many half-open connections from one address";
            break;
    }
    return told;
}

// Taken and told, rather than left in the accept queue, where a client would wait for its timeout.
// Up to kRefusedLingering of them linger where descriptors are left, half of the reserve included,
// so that the answer arrives; the rest may see a reset.
void turn_away(LoopState& loop, std::uint32_t index, const Refusal& refusal) {
    loop.table.at(index).refused = true;
    ++loop.accepting.refused_lingering;
    refuse_opening(loop, index, refusal);
    const std::uint64_t room =
        loop.accepting.connections_max -
        std::min(loop.accepting.connections_max, loop.counters.connections.value());
    const std::uint64_t lingering_max = std::min<std::uint64_t>(
        room + loop.options.descriptors_reserve / 2, limits::kRefusedLingering);
    if (loop.accepting.refused_lingering > lingering_max) doom(loop, index);
}

// Before a word of the protocol was said.
void refuse_opening(LoopState& loop, std::uint32_t index, const Refusal& refusal) {
    const Connection& connection = loop.table.at(index);
    const bool encrypted = loop.options.listeners[connection.listener].tls &&
                           (connection.tls() == nullptr || connection.phase == Phase::handshake);
    // Whatever was said in the clear would not be understood.
    if (encrypted) return doom(loop, index);
    if (connection.framed) return refuse_tcp(loop, index, refusal.error);
    const bool for_good = refusal.error.code == Code::banned;
    refuse_request(loop, index,
                   for_good ? banned_response()
                            : http::plain(503, refusal.why, Millis{refusal.error.retry_after_ms}));
}

void rest_accepting(LoopState& loop) {
    log::warn("cannot accept connections, resting", {{"shard", loop.id}, {"errno", errno}});
    watch_listeners(loop, 0);
    loop.accepting.again = loop.now + kAcceptRest;
}

void watch_listeners(LoopState& loop, std::uint32_t events) {
    for (std::size_t i = 0; i < loop.accepting.listeners.size(); ++i) {
        epoll_event event{.events = events, .data = {.u64 = kFirstListenerSource + i}};
        ::epoll_ctl(loop.epoll, EPOLL_CTL_MOD, loop.accepting.listeners[i], &event);
    }
}

}  // namespace

void Shard::greeted(ConnectionToken token) {
    Connection* connection = find_open(loop_, token);
    if (connection == nullptr || std::exchange(connection->greeted, true)) return;
    loop_.reading.strangers_bytes -= connection->counted_bytes;
    end_half_open(loop_, token.index);
}

void set_handshakes(LoopState& loop, std::uint32_t per_s) {
    loop.accepting.admission.set_rate(static_cast<double>(per_s) / loop.options.shards);
}

std::vector<std::uint16_t> open_listeners(LoopState& loop, Handler& handler,
                                          std::span<const std::uint16_t> ports) {
    const std::uint64_t limit = descriptor_limit();
    const std::uint64_t reserve =
        std::uint64_t{loop.options.descriptors_reserve} + loop.options.shards;
    loop.accepting.connections_max = limit > reserve ? limit - reserve : 1;
    if (loop.options.connections_max > 0) {
        loop.accepting.connections_max =
            std::min<std::uint64_t>(loop.accepting.connections_max, loop.options.connections_max);
    }
    loop.handler = &handler;
    loop.events = &handler.connections();
    handler.on_start(loop.shard, loop.now);

    std::vector<std::uint16_t> opened;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const int listener = open_listener(loop.options, loop.options.listeners[i], ports[i]);
        loop.accepting.listeners.push_back(listener);
        epoll_event event{.events = EPOLLIN, .data = {.u64 = kFirstListenerSource + i}};
        if (::epoll_ctl(loop.epoll, EPOLL_CTL_ADD, listener, &event) != 0) {
            throw std::system_error(errno, std::generic_category(), "epoll_ctl");
        }
        opened.push_back(port_of(listener));
    }
    return opened;
}

void accept_some(LoopState& loop, std::size_t listener, unsigned count_max) {
    for (unsigned i = 0; i < count_max && listener < loop.accepting.listeners.size(); ++i) {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        const int descriptor =
            ::accept4(loop.accepting.listeners[listener], reinterpret_cast<sockaddr*>(&peer), &size,
                      SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            admit(loop, descriptor, listener, net::address_of(peer));
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) return;
        // Without a rest, a level-triggered listener would turn the loop for nothing.
        const bool exhausted =
            errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        if (exhausted) return rest_accepting(loop);
        // Anything else belongs to the connection that was not to be (accept(2)).
    }
}

// Whose it is: a proxy may have named somebody since. False: refused, as above.
bool locate_client(LoopState& loop, std::uint32_t index, const access::Address& client) {
    const access::Admission::Place place = loop.table.at(index).half_open;
    const auto random = static_cast<std::uint32_t>(loop.random());
    if (place != access::Admission::kNoPlace) {
        const auto located = loop.accepting.admission.locate(place, client, loop.now, random);
        if (!located) refuse_opening(loop, index, count_refusal(loop, located.error()));
        return located.has_value();
    }
    // It gave its place back with a request, and begins once more: as a WebSocket without a Hello.
    const Connection& connection = loop.table.at(index);
    const bool named = connection.transport != nullptr && connection.transport->source;
    const bool counted = named || !loop.trusted.contains(address_of(connection));
    const auto again = loop.accepting.admission.enter_again(client, counted, loop.now, random);
    if (!again) {
        refuse_opening(loop, index, count_refusal(loop, again.error()));
        return false;
    }
    take_place(loop, index, *again);
    return true;
}

// It has said enough, or has gone: half-open no longer.
void end_half_open(LoopState& loop, std::uint32_t index) {
    using access::Admission;
    const Admission::Place place =
        std::exchange(loop.table.at(index).half_open, Admission::kNoPlace);
    if (place == Admission::kNoPlace) return;
    loop.accepting.admission.leave(place);
    loop.counters.half_open.subtract();
}

// Behind the PROXY header, where there is one.
void start_transport(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    const bool told = connection.transport != nullptr && connection.transport->source;
    if (told && is_banned(loop, *connection.transport->source))
        return refuse_opening(loop, index, count_banned(loop));
    if (told && !locate_client(loop, index, *connection.transport->source)) return;
    if (!loop.options.listeners[connection.listener].tls) return start_protocol(loop, index);
    connection.phase = Phase::handshake;
    connection.transport->tls =
        std::make_unique<tls::Session>(loop.reading.certificate, connection.descriptor,
                                       connection.framed ? kTcpProtocol : kHttpProtocol);
}

// The protocol's first word may come.
void start_protocol(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    connection.phase = Phase::http;
    if (!connection.framed) return;
    if (!locate_client(loop, index, client_of(loop, connection, {}))) return;
    connection.phase = Phase::open;
    connection.deadline = Time::max();
    connection.told = true;
    loop.counters.sockets.add();
    update_busy(loop, index);
    loop.events->on_connected(loop.table.token(index), loop.now);
}

// What is directly connected, or whom the PROXY header named.
access::Address address_of(const Connection& connection) {
    if (connection.transport != nullptr && connection.transport->source) {
        return *connection.transport->source;
    }
    return peer_address(connection.descriptor).value_or(access::Address{});
}

access::Address client_of(const LoopState& loop, const Connection& connection,
                          std::string_view forwarded_for) {
    return access::client_of(address_of(connection), forwarded_for, loop.trusted);
}

void resume_accepting(LoopState& loop) {
    loop.accepting.again = Time::max();
    watch_listeners(loop, EPOLLIN);
}

void stop_accepting(LoopState& loop) {
    // Those whom the kernel has accepted would get a reset.
    for (std::size_t i = 0; i < loop.accepting.listeners.size(); ++i)
        accept_some(loop, i, kAcceptsAtEnd);
    for (const int listener : std::exchange(loop.accepting.listeners, {})) ::close(listener);
}

}  // namespace stentor::net
