#include "net/loop.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "net/loop_accept.h"
#include "net/loop_bans.h"
#include "net/loop_constants.h"
#include "net/loop_lifetime.h"
#include "net/loop_read.h"
#include "net/loop_timers.h"
#include "net/loop_write.h"
#include "net/sockets.h"

namespace stentor::net {
namespace {

int timeout_ms(const LoopState& loop);
void on_event(LoopState& loop, std::uint64_t source, std::uint32_t events);
void run_mail(LoopState& loop);
void hand_over_turn(LoopState& loop);

void run_turn(LoopState& loop) {
    std::array<epoll_event, kEventsPerTurn> events;
    const int count = ::epoll_wait(loop.epoll, events.data(), events.size(), timeout_ms(loop));
    loop.now = stentor::now();
    loop.counters.turns.add();
    loop.reading.handshake_steps_left = limits::kHandshakeStepsPerTurn;
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        on_event(loop, event.data.u64, event.events);
    }
    read_ready(loop);
    reap(loop);
    run_mail(loop);
    run_timers(loop);
    reap(loop);
    hand_over_turn(loop);
    reap(loop);
}

int timeout_ms(const LoopState& loop) {
    if (loop.turn.more || loop.turn.stopping || !loop.reading.ready.empty()) return 0;
    Time at = std::min(loop.accepting.again, loop.wheel.next().value_or(Time::max()));
    if (loop.handler != nullptr) at = std::min(at, loop.handler->next_wake().value_or(Time::max()));
    if (at == Time::max()) return -1;
    const Millis wait = at - stentor::now();
    return static_cast<int>(std::clamp(wait, Millis{0}, kSleepMax).count());
}

void on_event(LoopState& loop, std::uint64_t source, std::uint32_t events) {
    if (source == kMailSource) return;  // Mail is looked at in every turn.
    if (source >= kFirstListenerSource) {
        return accept_some(loop, source - kFirstListenerSource, kAcceptsPerTurn);
    }
    const auto index = static_cast<std::uint32_t>(source);
    Connection& connection = loop.table.at(index);
    if (connection.phase == Phase::free || connection.dead) return;
    if ((events & EPOLLERR) != 0) {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(connection.descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
        return on_socket_error(loop, index, error);
    }
    if ((events & (EPOLLRDHUP | EPOLLHUP)) != 0) connection.hung_up = true;
    if ((events & EPOLLOUT) != 0) {
        connection.backlog != nullptr ? flush_backlog(loop, index) : tell_drained(loop, index);
        if (connection.phase == Phase::handshake) connection.tls()->on_writable();
    }
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) != 0) read_connection(loop, index);
}

void run_mail(LoopState& loop) {
    loop.mailbox.take(loop.turn.mails);
    loop.counters.mails.add(loop.turn.mails.size());
    loop.writing.in_mail = true;
    for (Mailbox::Mail& mail : loop.turn.mails) mail();
    loop.writing.in_mail = false;
    loop.turn.mails.clear();
    push_replies(loop);
}

void hand_over_turn(LoopState& loop) {
    loop.turn.more = false;
    if (loop.handler == nullptr) return;
    const bool offered = loop.gate.offered(loop.id);
    loop.turn.more = loop.handler->on_turn(loop.now);
    loop.writing.framed.reset();
    loop.writing.framed_for_tcp.reset();
    // It was woken for a pass that is over.
    if (offered) loop.gate.decline(loop.id);
}

void close_all(LoopState& loop) {
    for (const int listener : std::exchange(loop.accepting.listeners, {})) ::close(listener);
    for (std::uint32_t index = 0; index < loop.table.places(); ++index) {
        if (loop.table.at(index).phase != Phase::free) doom(loop, index);
    }
    reap(loop);
    ::close(std::exchange(loop.epoll, -1));
}

}  // namespace

Loop::Loop(std::uint32_t id, const Options& options, const access::Networks& trusted,
           Mailbox& mailbox, Gate& gate)
    : state_(id, options, trusted, mailbox, gate) {}

// The descriptors were closed by run(), in the table that they were in.
Loop::~Loop() = default;

void Loop::start() {
    Reading& reading = state_.reading;
    reading.buffer = std::make_unique<char[]>(kReadBytes);
    if (reading.certificate != nullptr) {
        reading.ciphertext = std::make_unique<char[]>(kCiphertextBytes);
    }
    state_.epoll = ::epoll_create1(EPOLL_CLOEXEC);
    if (state_.epoll < 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    }
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = kMailSource}};
    if (::epoll_ctl(state_.epoll, EPOLL_CTL_ADD, state_.mailbox.wake_descriptor(), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

void Loop::run() {
    while (!state_.turn.stopping) run_turn(state_);
    close_all(state_);
}

void Loop::use_certificate(std::shared_ptr<const tls::Context> certificate) {
    state_.reading.certificate = std::move(certificate);
}

std::vector<std::uint16_t> Loop::serve(Handler& handler, std::span<const std::uint16_t> ports) {
    return open_listeners(state_, handler, ports);
}

void Loop::set_handshakes(std::uint32_t per_s) { net::set_handshakes(state_, per_s); }
void Loop::set_bans(std::shared_ptr<const access::Bans> bans) {
    net::set_bans(state_, std::move(bans));
}
void Loop::stop_accepting() { net::stop_accepting(state_); }

}  // namespace stentor::net
