#include "store/replica/connection.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

namespace stentor::replica {
namespace {

constexpr std::size_t kHeaderBytes = 5;

std::unexpected<Error> ended() { return std::unexpected(Error{Code::timeout, "replica"}); }

}  // namespace

Connection::Connection(int descriptor, Millis within) : descriptor_(descriptor) {
    const int on = 1;
    (void)setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    set_limit(within);
}

Connection::~Connection() {
    if (descriptor_ >= 0) close(descriptor_);
}

Result<Connection> Connection::to(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        return ended();
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned{found, freeaddrinfo};
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        const int descriptor = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, one->ai_protocol);
        if (descriptor < 0) continue;
        Connection connection{descriptor, limits::kReplicaHelloWithin};
        if (connect(descriptor, one->ai_addr, one->ai_addrlen) == 0) return connection;
    }
    return ended();
}

std::string Connection::peer() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (getpeername(descriptor_, generic, &size) != 0 ||
        getnameinfo(generic, size, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return {};
    }
    return std::string{host.data()} + " " + port.data();
}

void Connection::set_limit(Millis within) {
    const timeval limit{.tv_sec = within.count() / 1'000,
                        .tv_usec = within.count() % 1'000 * 1'000};
    (void)setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

void Connection::shut() { (void)shutdown(descriptor_, SHUT_RDWR); }

bool Connection::write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool Connection::read_all(char* into, std::size_t size) {
    while (size > 0) {
        const ssize_t got = recv(descriptor_, into, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        into += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

Result<void> Connection::send(Kind kind, std::string_view content) {
    if (content.size() > limits::kReplicaFrameBytes) {
        return std::unexpected(Error{Code::frame_too_large, "replica", limits::kReplicaFrameBytes});
    }
    std::array<char, kHeaderBytes> header{};
    const auto size = static_cast<std::uint32_t>(content.size());
    for (unsigned i = 0; i < 4; ++i) header[i] = static_cast<char>(size >> (24U - 8U * i));
    header[4] = static_cast<char>(kind);
    if (!write_all({header.data(), header.size()}) || !write_all(content)) return ended();
    return {};
}

Result<Connection::Frame> Connection::receive(std::size_t bytes_max) {
    std::array<char, kHeaderBytes> header{};
    if (!read_all(header.data(), header.size())) return ended();
    std::uint32_t size = 0;
    for (unsigned i = 0; i < 4; ++i) size = (size << 8U) | static_cast<unsigned char>(header[i]);
    if (size > bytes_max) {
        return std::unexpected(Error{Code::frame_too_large, "replica", bytes_max});
    }
    Frame frame{.kind = static_cast<Kind>(header[4]), .content = std::string(size, '\0')};
    if (!read_all(frame.content.data(), frame.content.size())) return ended();
    return frame;
}

Result<std::string> Connection::receive(Kind kind, std::size_t bytes_max) {
    Result<Frame> frame = receive(bytes_max);
    if (!frame) return std::unexpected(frame.error());
    if (frame->kind != kind) return std::unexpected(Error{Code::malformed, "replica"});
    return std::move(frame->content);
}

}  // namespace stentor::replica
