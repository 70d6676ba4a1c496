#pragma once
// For tests: stands between a store and its server, and cuts their connection at a statement:
// before the server has it, or when the server has answered, of which the store then hears nothing.

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace stentor::store {

class CuttingProxy {
public:
    enum class Cut { before, after };

    CuttingProxy(std::string server, std::string own)
        : server_(std::move(server)), listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        const sockaddr_un name = address(own);
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
            ::listen(listener_, 16) != 0) {
            throw std::runtime_error("cannot listen on " + own);
        }
        threads_.emplace_back([this] { accept_all(); });
    }
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;
    ~CuttingProxy() {
        stopping_ = true;
        threads_.clear();
        ::close(listener_);
    }

    // At the `count`th command from now on, once.
    void arm(int count, Cut how) {
        how_ = how;
        fired_ = false;
        left_ = count;
    }
    [[nodiscard]] bool fired() const { return fired_; }
    void disarm() { left_ = 0; }

private:
    static sockaddr_un address(const std::string& path) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        if (path.size() >= sizeof name.sun_path) throw std::runtime_error("a path is too long");
        std::memcpy(name.sun_path, path.data(), path.size());
        return name;
    }
    static void send_all(int to, std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    // Whether there is something to be read.
    [[nodiscard]] bool wait(pollfd* ends, nfds_t count) const {
        while (!stopping_) {
            if (::poll(ends, count, 20) > 0) return true;
        }
        return false;
    }

    void accept_all() {
        std::vector<std::jthread> connections;
        pollfd end{.fd = listener_, .events = POLLIN, .revents = 0};
        while (wait(&end, 1)) {
            const int client = ::accept(listener_, nullptr, nullptr);
            if (client >= 0) connections.emplace_back([this, client] { carry(client); });
        }
    }

    void carry(int client) {
        const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
        const sockaddr_un name = address(server_);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) {
            carry_between(client, server);
        }
        ::close(server);
        ::close(client);
    }

    void carry_between(int client, int server) {
        std::string pending;  // Of the client: up to a whole packet.
        std::array<char, 65'536> buffer{};
        std::array<pollfd, 2> ends{pollfd{.fd = client, .events = POLLIN, .revents = 0},
                                   pollfd{.fd = server, .events = POLLIN, .revents = 0}};
        while (wait(ends.data(), ends.size())) {
            if (ends[1].revents != 0) {
                const ssize_t got = ::recv(server, buffer.data(), buffer.size(), 0);
                if (got <= 0) return;
                send_all(client, {buffer.data(), static_cast<std::size_t>(got)});
            }
            if (ends[0].revents == 0) continue;
            const ssize_t got = ::recv(client, buffer.data(), buffer.size(), 0);
            if (got <= 0) return;
            pending.append(buffer.data(), static_cast<std::size_t>(got));
            if (!forward_packets(pending, server)) return;
        }
    }

    // A packet: its length in three bytes, its number within the exchange, of a command 0; then the
    // command.
    bool forward_packets(std::string& pending, int server) {
        const auto byte = [&](std::size_t i) {
            return static_cast<std::size_t>(static_cast<unsigned char>(pending[i]));
        };
        while (pending.size() >= 5) {
            const std::size_t size = 4 + (byte(0) | (byte(1) << 8U) | (byte(2) << 16U));
            if (pending.size() < size) return true;
            constexpr std::size_t kQuit = 1;
            const bool command = byte(3) == 0 && byte(4) != kQuit;
            const bool cut = command && left_ > 0 && --left_ == 0;
            if (cut && how_ == Cut::before) {
                fired_ = true;
                return false;
            }
            send_all(server, std::string_view{pending}.substr(0, size));
            pending.erase(0, size);
            if (!cut) continue;
            pollfd answer{.fd = server, .events = POLLIN, .revents = 0};
            (void)wait(&answer, 1);
            fired_ = true;
            return false;
        }
        return true;
    }

    const std::string server_;
    const int listener_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> fired_{false};
    std::atomic<int> left_{0};
    std::atomic<Cut> how_{Cut::before};
    std::vector<std::jthread> threads_;
};

}  // namespace stentor::store
