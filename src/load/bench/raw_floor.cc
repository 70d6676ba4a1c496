#include "load/bench/raw_floor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "load/bench/arrivals.h"
#include "load/bench/loop.h"
#include "load/bench/pipe_mail.h"
#include "load/bench/thread_cpu.h"
#include "net/ws/handshake.h"
#include "wire/envelope.h"

namespace stentor::bench {
namespace {

// ---- The sender's process

int listen_on(std::uint16_t& port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    const int send_buffer = limits::kSendBufferBytes;
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    socklen_t size = sizeof address;
    if (bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) < 0 ||
        listen(descriptor, 4096) < 0 ||
        getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) < 0) {
        return -1;
    }
    port = ntohs(address.sin_port);
    return descriptor;
}

// Answers the upgrade as a server does, so that the receivers are the same program for both.
bool shake(int descriptor) {
    constexpr std::string_view kName = "Sec-WebSocket-Key: ";
    std::string request;
    char bytes[2048];
    while (request.find("\r\n\r\n") == std::string::npos) {
        const auto got = recv(descriptor, bytes, sizeof bytes, 0);
        if (got <= 0) return false;
        request.append(bytes, static_cast<std::size_t>(got));
    }
    const auto at = request.find(kName);
    if (at == std::string::npos) return false;
    const auto begin = at + kName.size();
    const std::string answer =
        net::ws::accepted(request.substr(begin, request.find('\r', begin) - begin));
    return std::cmp_equal(send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL),
                          answer.size());
}

struct Shared {
    std::atomic<std::size_t> accepted{0};
    std::atomic<bool> complete{false};
    std::size_t watchers{};
};

class SendingThread {
public:
    SendingThread(Shared& shared, std::uint16_t& port)
        : shared_(shared), listener_(listen_on(port)) {
        if (pipe(command_) < 0 || pipe(answer_) < 0 || listener_ < 0) _exit(1);
        thread_ = std::thread{[this] { run(); }};
        thread_.detach();
    }
    void begin(std::size_t payload_bytes) const { put(command_[1], payload_bytes); }
    [[nodiscard]] std::uint64_t end() const {
        std::uint64_t cpu = 0;
        take(answer_[0], cpu);
        return cpu;
    }

private:
    void run() {
        if (unshare(CLONE_FILES) < 0) _exit(1);
        accept_all();
        std::size_t payload_bytes = 0;
        while (take(command_[0], payload_bytes)) {
            const std::uint64_t before = thread_cpu_ns();
            const std::string frame = wire::websocket_frame(std::string(payload_bytes, 'x'));
            for (const int descriptor : sockets_) {
                ::send(descriptor, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            }
            put(answer_[1], thread_cpu_ns() - before);
        }
    }
    // Until all threads together have everybody: the kernel deals them out as it does to shards.
    void accept_all() {
        const timeval turn{.tv_sec = 0, .tv_usec = 50'000};
        setsockopt(listener_, SOL_SOCKET, SO_RCVTIMEO, &turn, sizeof turn);
        while (shared_.accepted < shared_.watchers) {
            const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (descriptor < 0) continue;
            const int on = 1;
            setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            if (!shake(descriptor)) _exit(1);
            sockets_.push_back(descriptor);
            ++shared_.accepted;
        }
    }

    Shared& shared_;
    int listener_;
    int command_[2]{};
    int answer_[2]{};
    std::vector<int> sockets_;
    std::thread thread_;
};

[[noreturn]] void serve(int from, int to, std::size_t watchers, std::size_t threads) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Shared shared;
    shared.watchers = watchers;
    std::uint16_t port = 0;
    std::vector<std::unique_ptr<SendingThread>> sending;
    for (std::size_t i = 0; i < threads; ++i) {
        sending.push_back(std::make_unique<SendingThread>(shared, port));
    }
    put(to, port);
    std::size_t payload_bytes = 0;
    while (take(from, payload_bytes)) {
        for (const auto& thread : sending) thread->begin(payload_bytes);
        std::uint64_t cpu = 0;
        for (const auto& thread : sending) cpu += thread->end();
        put(to, cpu);
    }
    _exit(0);
}

// ---- The receivers' process

class Receiver final : public Peer {
public:
    explicit Receiver(Arrivals& arrivals) : arrivals_(arrivals) {}
    void on_open() override { ++arrivals_.open; }
    void on_message(std::string_view payload) override {
        if (!payload.empty()) arrivals_.add();
    }
    void on_closed() override { _exit(1); }

private:
    Arrivals& arrivals_;
};

[[noreturn]] void receive(int from, int to, std::size_t watchers, std::size_t threads) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int down[2];
    int up[2];
    if (pipe(down) < 0 || pipe(up) < 0) _exit(1);
    const pid_t sender = fork();
    if (sender == 0) {
        close(down[1]);
        close(up[0]);
        serve(down[0], up[1], watchers, threads);
    }
    close(down[0]);
    close(up[1]);
    std::uint16_t port = 0;
    if (!take(up[0], port)) _exit(1);
    Loop loop{1};
    loop.set_target("127.0.0.1", port);
    Arrivals arrivals;
    std::vector<std::unique_ptr<Receiver>> receivers;
    while (arrivals.open < watchers) {
        if (receivers.size() < watchers && receivers.size() < arrivals.open + 200) {
            receivers.push_back(std::make_unique<Receiver>(arrivals));
            loop.open(*receivers.back());
        }
        loop.turn(Millis{receivers.size() < watchers ? 0 : 5});
    }
    put(to, arrivals.open);
    std::size_t payload_bytes = 0;
    while (take(from, payload_bytes)) {
        arrivals.begin();
        put(down[1], payload_bytes);
        FanoutTimes times = arrivals.wait(loop, watchers);
        take(up[0], times.cpu);
        put(to, times);
    }
    kill(sender, SIGKILL);
    _exit(0);
}

}  // namespace

RawFloor::RawFloor(std::size_t watchers, std::size_t threads) {
    int down[2];
    int up[2];
    if (pipe2(down, O_CLOEXEC) < 0 || pipe2(up, O_CLOEXEC) < 0) {
        throw std::runtime_error{"cannot make a pipe"};
    }
    receiver_ = fork();
    if (receiver_ == 0) {
        // What the bench holds open must not stay open here.
        close(down[1]);
        close(up[0]);
        receive(down[0], up[1], watchers, threads);
    }
    close(down[0]);
    close(up[1]);
    to_ = down[1];
    from_ = up[0];
    std::size_t open = 0;
    if (receiver_ < 0 || !take(from_, open))
        throw std::runtime_error{"the raw floor did not start"};
}

RawFloor::~RawFloor() {
    close(to_);
    close(from_);
    kill(receiver_, SIGKILL);
    waitpid(receiver_, nullptr, 0);
}

FanoutTimes RawFloor::run(std::size_t payload_bytes) {
    FanoutTimes times;
    if (!put(to_, payload_bytes) || !take(from_, times)) {
        throw std::runtime_error{"the raw floor is gone"};
    }
    return times;
}

}  // namespace stentor::bench
