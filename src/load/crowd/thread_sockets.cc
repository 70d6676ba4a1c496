// Sockets of the members: dialled from an address of their thread, upgraded, read into one buffer.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "load/crowd/thread.h"
#include "net/ws/frame.h"
#include "net/ws/handshake.h"

namespace stentor::crowd {
namespace {

constexpr int kTinyBuffer = 4'096;  // Of a sleeper: what its own kernel takes is not ours to count.
constexpr Millis kPauseMin{200};
constexpr Millis kPauseMax{5'000};
constexpr int kDoublingsMax = 5;
// Nothing is proved by a fresh one for each: the server answers what it is given.
constexpr std::string_view kKey = "c3RlbnRvciBhIGNyb3dkIQ==";

// An address has 28,232 ports to call from, and the kernel takes every other one first
// (ip_local_port_range, ip(7)): beyond half of them each call looks through all the others.
constexpr std::size_t kCallsAnAddress = 10'000;
constexpr std::uint32_t kFirstSource = 0x7f010001;  // 127.1.0.1

sockaddr_in socket_address(std::uint32_t address, std::uint16_t port) {
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_port = htons(port);
    made.sin_addr.s_addr = htonl(address);
    return made;
}

}  // namespace

void Thread::dial(Index index) {
    Member& member = at(index);
    ++counts_.attempts;
    ++under_way_;
    member.phase = Member::Phase::connecting;
    member.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (member.descriptor < 0) return lose(index, kPauseMax);
    const int on = 1;  // The port is chosen at connect(): one may be used for many targets.
    setsockopt(member.descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (index < sleepers_) {
        setsockopt(member.descriptor, SOL_SOCKET, SO_RCVBUF, &kTinyBuffer, sizeof kTinyBuffer);
    }
    const sockaddr_in from = socket_address(
        kFirstSource + static_cast<std::uint32_t>((first_ + index) / kCallsAnAddress), 0);
    const sockaddr_in to = socket_address(server_, port_);
    if (bind(member.descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof from) < 0) {
        return lose(index, kPauseMax);
    }
    const int made =
        ::connect(member.descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (made < 0 && errno != EINPROGRESS) return lose(index, kPauseMin);
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u64 = index}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, member.descriptor, &event) < 0) lose(index, kPauseMax);
}

void Thread::dialled(Index index) {
    Member& member = at(index);
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(member.descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return lose(index, kPauseMin);
    static const std::string request = net::ws::request(plan_.address, "/ws", kKey);
    member.phase = Member::Phase::shaking;
    // The first bytes of a connection always fit.
    const auto sent = ::send(member.descriptor, request.data(), request.size(), MSG_NOSIGNAL);
    if (std::cmp_not_equal(sent, request.size())) lose(index, kPauseMin);
}

void Thread::readable(Index index) {
    if (at(index).asleep) return;
    while (at(index).descriptor >= 0) {
        const auto got = recv(at(index).descriptor, buffer_.data(), buffer_.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return lose(index, kPauseMin);
        const std::span<char> bytes{buffer_.data(), static_cast<std::size_t>(got)};
        if (at(index).phase == Member::Phase::shaking) {
            shake(index, {bytes.data(), bytes.size()});
        } else {
            parse(index, bytes);
        }
        if (bytes.size() < buffer_.size()) return;  // More of it would be another event.
    }
}

void Thread::shake(Index index, std::string_view bytes) {
    Member& member = at(index);
    std::string whole;
    if (member.answer != nullptr) whole = std::move(*member.answer);
    whole += bytes;
    const auto size = net::ws::answer_bytes(whole, kKey);
    if (!size) {
        member.answer = std::make_unique<std::string>(std::move(whole));
        return;
    }
    member.answer.reset();
    if (*size == 0) {  // Refused. As a page, it cannot read the header that says when.
        ++counts_.refused;
        return lose(index, kPauseMin);
    }
    member.phase = Member::Phase::greeting;
    greet(index);
    if (whole.size() > *size) parse(index, {whole.data() + *size, whole.size() - *size});
}

void Thread::parse(Index index, std::span<char> bytes) {
    using Kind = net::ws::Event::Kind;
    const int descriptor = at(index).descriptor;
    while (descriptor >= 0 && at(index).descriptor == descriptor) {
        const net::ws::Event event = at(index).parser.next(bytes);
        switch (event.kind) {
            case Kind::none: return;
            case Kind::binary: on_message(index, event.payload); break;
            case Kind::ping:
            case Kind::pong: break;
            case Kind::close: return lose(index, kPauseMin);
            case Kind::text:
            case Kind::error: ++counts_.unreadable; return lose(index, kPauseMax);
        }
    }
}

void Thread::say(Index index, std::string_view payload) {
    const std::string frame = net::ws::client_frame(net::ws::Opcode::binary, payload,
                                                    static_cast<std::uint32_t>(random_()));
    const auto sent =
        ::send(at(index).descriptor, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (std::cmp_not_equal(sent, frame.size())) lose(index, kPauseMin);
}

void Thread::hang_up(Index index) {
    Member& member = at(index);
    if (!std::exchange(member.settled, false)) --under_way_;
    if (std::exchange(member.watching, false)) {
        --counts_.watching;
        watching_.store(counts_.watching, std::memory_order_relaxed);
    }
    // A reset: its port is free at once, and nothing lingers on either side.
    const linger now{.l_onoff = 1, .l_linger = 0};
    if (member.descriptor >= 0) {
        setsockopt(member.descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(member.descriptor);
    }
    member.descriptor = -1;
    member.phase = Member::Phase::away;
    member.answer.reset();
    member.opened = 0;
    member.pulling = 0;
    member.parser = net::ws::Parser{net::ws::Role::client, Member::kMessageBytesMax};
}

// Away for at least `pause`, doubled with each try, full jitter.
void Thread::lose(Index index, Millis pause) {
    ++counts_.ended;
    hang_up(index);
    if (index >= wanted_) return;
    Member& member = at(index);
    const Millis most =
        std::min(kPauseMax, kPauseMin * (1 << std::min<int>(member.tries, kDoublingsMax)));
    if (member.tries < UINT8_MAX) ++member.tries;
    const Millis jitter{static_cast<Millis::rep>(
        random_() % static_cast<std::uint64_t>(std::max<Millis::rep>(most.count(), 1)))};
    wakes_.push({now() + pause + jitter, index});
}

}  // namespace stentor::crowd
