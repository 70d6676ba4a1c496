// The listener, and whom it lets in.

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "net/http/response.h"
#include "net/loop.h"
#include "net/loop_constants.h"
#include "net/sockets.h"

namespace stentor::net {

std::uint16_t Loop::serve(Handler& handler, std::uint16_t port) {
    const std::uint64_t limit = descriptor_limit();
    const std::uint64_t reserve = std::uint64_t{options_.descriptors_reserve} + options_.shards;
    connections_max_ = limit > reserve ? limit - reserve : 1;
    if (options_.connections_max > 0) {
        connections_max_ = std::min<std::uint64_t>(connections_max_, options_.connections_max);
    }
    handler_ = &handler;
    handler.on_start(shard_, now_);

    listener_ = open_listener(options_, port);
    epoll_event event{.events = EPOLLIN, .data = {.u64 = kListenerSource}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
    return port_of(listener_);
}

void Loop::accept_some(unsigned count_max) {
    for (unsigned i = 0; i < count_max && listener_ >= 0; ++i) {
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            admit(descriptor);
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

void Loop::admit(int descriptor) {
    const std::uint32_t index = table_.add(descriptor);
    if (index >= busy_.size()) busy_.resize(index + std::size_t{1}, true);
    Connection& connection = table_.at(index);
    connection.phase = Phase::http;
    connection.deadline = now_ + options_.within.handshake;
    counters_.accepted.add();
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u64 = index}};
    const bool watched = ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
    if (counters_.connections.value() >= connections_max_) return refuse_full(index);
    counters_.connections.add();
    rearm(index);
    if (!watched) doom(index);
}

// Taken and told, rather than left in the accept queue, where a client would wait for its timeout.
// A few of them may linger on the reserve, so that the answer arrives; the rest may see a reset.
void Loop::refuse_full(std::uint32_t index) {
    counters_.refused_full.add();
    table_.at(index).refused = true;
    ++refused_lingering_;
    refuse_request(index, http::plain(503, "this shard is full", options_.within.retry_after));
    if (refused_lingering_ > options_.descriptors_reserve / 2) doom(index);
}

void Loop::rest_accepting() {
    log::warn("cannot accept connections, resting", {{"shard", id_}, {"errno", errno}});
    epoll_event event{.events = 0, .data = {.u64 = kListenerSource}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, listener_, &event);
    accept_again_ = now_ + kAcceptRest;
}

void Loop::resume_accepting() {
    accept_again_ = Time::max();
    if (listener_ < 0) return;
    epoll_event event{.events = EPOLLIN, .data = {.u64 = kListenerSource}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, listener_, &event);
}

void Loop::stop_accepting() {
    if (listener_ < 0) return;
    // Those whom the kernel has accepted would get a reset.
    accept_some(kAcceptsAtEnd);
    ::close(std::exchange(listener_, -1));
}

}  // namespace stentor::net
