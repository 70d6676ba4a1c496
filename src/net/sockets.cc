#include "net/sockets.h"

#include <arpa/inet.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

namespace stentor::net {
namespace {

constexpr int kBacklog = 4'096;  // The kernel cuts it to net.core.somaxconn.

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::string place_of(const Listener& listener, std::uint16_t port) {
    return "cannot listen on " + listener.address + " port " + std::to_string(port);
}

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size{};

    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

SocketAddress parse(const Listener& listener, std::uint16_t port) {
    SocketAddress result;
    sockaddr_in v4{};
    if (::inet_pton(AF_INET, listener.address.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&result.storage, &v4, sizeof v4);
        result.size = sizeof v4;
        return result;
    }
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET6, listener.address.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&result.storage, &v6, sizeof v6);
        result.size = sizeof v6;
        return result;
    }
    errno = EINVAL;
    fail(place_of(listener, port) + ": not a numeric address");
}

void set(int descriptor, int level, int name, int value) {
    if (::setsockopt(descriptor, level, name, &value, sizeof value) != 0) fail("setsockopt");
}

// Closes what it holds unless it was released.
class Descriptor {
public:
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    [[nodiscard]] int get() const { return value_; }
    [[nodiscard]] int release() { return std::exchange(value_, -1); }

private:
    int value_;
};

Descriptor open_socket(const SocketAddress& address) {
    const int descriptor =
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("socket");
    return Descriptor{descriptor};
}

}  // namespace

void take_own_descriptor_table(std::span<const int> keep) {
    if (::unshare(CLONE_FILES) != 0) fail("unshare(CLONE_FILES)");
    std::vector<unsigned> kept;
    for (const int descriptor : keep) kept.push_back(static_cast<unsigned>(descriptor));
    std::ranges::sort(kept);
    unsigned from = STDERR_FILENO + 1;
    for (const unsigned descriptor : kept) {
        if (descriptor > from && ::close_range(from, descriptor - 1, 0) != 0) fail("close_range");
        from = std::max(from, descriptor + 1);
    }
    if (::close_range(from, ~0U, 0) != 0) fail("close_range");
}

int open_listener(const Options& options, const Listener& listener, std::uint16_t port) {
    const SocketAddress address = parse(listener, port);
    Descriptor opened = open_socket(address);
    set(opened.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    set(opened.get(), SOL_SOCKET, SO_REUSEPORT, 1);
    set(opened.get(), SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes);
    set(opened.get(), IPPROTO_TCP, TCP_NODELAY, 1);
    set(opened.get(), IPPROTO_TCP, TCP_USER_TIMEOUT,
        static_cast<int>(options.within.user_timeout.count()));
    if (::bind(opened.get(), address.get(), address.size) != 0) fail(place_of(listener, port));
    if (::listen(opened.get(), kBacklog) != 0) fail(place_of(listener, port));
    return opened.release();
}

std::uint16_t port_of(int listener) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getsockname(listener, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
        fail("getsockname");
    }
    if (storage.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &storage, sizeof v4);
        return ntohs(v4.sin_port);
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    return ntohs(v6.sin6_port);
}

void check_address_free(const Listener& listener) {
    const SocketAddress address = parse(listener, listener.port);
    const Descriptor probe = open_socket(address);
    // Without this, connections that died a moment ago would count as somebody.
    set(probe.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (::bind(probe.get(), address.get(), address.size) != 0) {
        fail(place_of(listener, listener.port));
    }
}

std::optional<access::Address> peer_address(int descriptor) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
        return std::nullopt;
    }
    return address_of(storage);
}

access::Address address_of(const sockaddr_storage& storage) {
    if (storage.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &storage, sizeof v4);
        return access::from_v4(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr));
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    return access::from_v6(v6.sin6_addr.s6_addr);
}

std::uint64_t descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("getrlimit");
    return limit.rlim_cur;
}

}  // namespace stentor::net
