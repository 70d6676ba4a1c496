#pragma once
// For tests: an HTTP service on a port of the system's that answers as it is told, on a thread of
// its own, one connection after another and one request each.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace stentor::http_client {

inline std::string http_answer(const std::string& body, int status = 200) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

class Service {
public:
    // Called with head and body of a request; what it returns is written. It may sleep.
    using Answers = std::function<std::string(const std::string& head, const std::string& body)>;

    explicit Service(Answers answers) : answers_{std::move(answers)} {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 64);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        accepting_ = std::jthread{[this] { accept_all(); }};
    }
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    ~Service() {
        ::shutdown(listener_, SHUT_RDWR);
        accepting_.join();
        serving_.clear();
        ::close(listener_);
    }

    [[nodiscard]] std::string url(const std::string& scheme = "http") const {
        return scheme + "://127.0.0.1:" + std::to_string(port_) + "/judge";
    }
    [[nodiscard]] int asked() const { return asked_; }

private:
    void accept_all() {
        for (;;) {
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) return;
            serving_.emplace_back([this, socket] { serve(socket); });
        }
    }
    void serve(int socket) {
        std::string head;
        std::string body;
        if (read_request(socket, head, body)) {
            ++asked_;
            const std::string answer = answers_(head, body);
            for (std::size_t at = 0; at < answer.size();) {
                const ssize_t n =
                    ::send(socket, answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
                if (n <= 0) break;
                at += static_cast<std::size_t>(n);
            }
        }
        ::close(socket);
    }
    static bool read_request(int socket, std::string& head, std::string& body) {
        std::string all;
        std::size_t want = std::string::npos;
        char bytes[4096];
        for (;;) {
            const std::size_t end = all.find("\r\n\r\n");
            if (end != std::string::npos) {
                head = all.substr(0, end);
                const std::size_t at = head.find("Content-Length: ");
                want = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
                body = all.substr(end + 4);
                if (body.size() >= want) return true;
            }
            const ssize_t n = ::recv(socket, bytes, sizeof bytes, 0);
            if (n <= 0) return false;
            all.append(bytes, static_cast<std::size_t>(n));
        }
    }

    Answers answers_;
    int listener_{-1};
    unsigned port_{};
    std::atomic<int> asked_{};
    std::vector<std::jthread> serving_;  // Of the accepting thread, until that has ended.
    std::jthread accepting_;
};

}  // namespace stentor::http_client
