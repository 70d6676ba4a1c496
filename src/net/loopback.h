#pragma once
// For tests: shards with a recording echo handler, and blocking clients on loopback sockets.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/encoded_push.h"
#include "net/shard_group.h"
#include "net/tcp/frame.h"
#include "net/tcp/parser.h"
#include "net/ws/frame.h"
#include "net/ws/handshake.h"
#include "net/ws/parse_all.h"

namespace stentor::net::testing {

inline constexpr int kPatienceMs = 5'000;

template <class Condition>
bool wait_for(Condition condition) {
    for (int i = 0; i < kPatienceMs; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(Millis{1});
    }
    return condition();
}

// Echoes messages and request bodies unless told otherwise. Hooks are set before the shards serve.
class EchoHandler : public Handler, public ConnectionEvents {
public:
    std::function<void(ConnectionToken, std::string_view)> message_hook;
    std::function<void(const http::Request&, http::Responder)> http_hook;
    std::function<void(ConnectionToken)> opened_hook;
    std::function<void(ConnectionToken)> deadline_hook;
    std::function<bool()> turn_hook;
    bool greets{true};  // Whoever opens is let in at once, as after a Hello.

    std::atomic<Shard*> shard{nullptr};
    std::atomic<int> opened{0};
    std::atomic<int> messages{0};
    std::atomic<int> drained{0};
    std::atomic<int> stuck{0};
    std::atomic<int> deadlines{0};
    std::atomic<int> closed{0};
    std::atomic<int> strays{0};  // on_closed or on_message for one that is not open.

    [[nodiscard]] std::vector<ConnectionToken> tokens() {
        const std::scoped_lock lock{mutex_};
        return tokens_;
    }
    [[nodiscard]] std::string last_address() {  // Of the client that connected last.
        const std::scoped_lock lock{mutex_};
        return address_;
    }
    ConnectionEvents& connections() override { return *this; }
    void on_start(Shard& own, Time /*now*/) override { shard = &own; }
    void on_connected(ConnectionToken connection, Time /*now*/) override {
        {
            const std::scoped_lock lock{mutex_};
            tokens_.push_back(connection);
            address_ = shard.load()->address(connection);
        }
        ++opened;
        if (greets) shard.load()->greeted(connection);
        if (opened_hook) opened_hook(connection);
    }
    void on_message(ConnectionToken connection, std::string_view bytes, Time /*now*/) override {
        if (!is_open(connection)) ++strays;
        ++messages;
        if (message_hook) return message_hook(connection, bytes);
        shard.load()->send(connection, bytes);
    }
    void on_drained(ConnectionToken /*connection*/) override { ++drained; }
    void on_stuck(ConnectionToken connection) override {
        ++stuck;
        shard.load()->send(connection, refusal({.code = Code::slow_consumer}));
        shard.load()->close(connection, 4104, "SLOW_CONSUMER");
    }
    void on_deadline(ConnectionToken connection, Time /*now*/) override {
        ++deadlines;
        if (deadline_hook) deadline_hook(connection);
    }
    void on_closed(ConnectionToken connection) override {
        {
            const std::scoped_lock lock{mutex_};
            if (std::erase(tokens_, connection) != 1) ++strays;
        }
        ++closed;
    }
    std::string refusal(const Error& error) override {
        return "refused " + std::string{name_of(error.code)};
    }
    void on_http(http::Request request, http::Responder responder, Time /*now*/) override {
        if (http_hook) return http_hook(request, responder);
        http::Response response{.content_type = "text/plain"};
        response.body = share(request.method + " " + request.path + " " + request.body);
        shard.load()->respond(responder, response);
    }
    bool on_turn(Time /*now*/) override { return turn_hook && turn_hook(); }
    std::optional<Time> next_wake() override { return std::nullopt; }

private:
    bool is_open(ConnectionToken connection) {
        const std::scoped_lock lock{mutex_};
        return std::ranges::find(tokens_, connection) != tokens_.end();
    }

    std::mutex mutex_;
    std::vector<ConnectionToken> tokens_;
    std::string address_;
};

// As the node's parts make them, which are not known here.
inline SharedPush pushed(const std::vector<std::string_view>& payloads) {
    EncodedPush push;
    for (const std::string_view payload : payloads) {
        push.append(ws::server_header(ws::Opcode::binary, payload.size()).view(), payload);
    }
    return std::make_shared<const EncodedPush>(std::move(push));
}

struct Server {
    std::vector<std::unique_ptr<EchoHandler>> handlers;
    ShardGroup group;

    explicit Server(const Options& options = {}) : group(options) {
        for (std::uint32_t i = 0; i < options.shards; ++i) {
            handlers.push_back(std::make_unique<EchoHandler>());
        }
    }
    void serve() {
        std::vector<Handler*> pointers;
        pointers.reserve(handlers.size());
        for (const auto& handler : handlers) pointers.push_back(handler.get());
        group.serve(pointers);
    }
    [[nodiscard]] EchoHandler& handler() { return *handlers.front(); }
    [[nodiscard]] const Counters& counters() { return group.counters(0); }
    // Runs on the first shard's thread; returns when it is done.
    void on_shard(std::function<void(Shard&)> work) {
        std::atomic<bool> done{false};
        Shard& shard = group.shard(0);
        shard.post([&] {
            work(shard);
            done = true;
        });
        wait_for([&] { return done.load(); });
    }
};

class Client {
public:
    explicit Client(std::uint16_t port, int receive_buffer = 0, const char* from = nullptr)
        : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (receive_buffer > 0) {
            ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer,
                         sizeof receive_buffer);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        if (from != nullptr) {
            ::inet_pton(AF_INET, from, &address.sin_addr);
            ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        }
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address),
                               sizeof address) == 0;
    }
    Client(Client&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)),
          connected_(other.connected_),
          input_(std::move(other.input_)),
          parser_(std::move(other.parser_)) {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { hang_up(); }

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    void hang_up() {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }

    // False when the peer is gone.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    bool send_message(std::string_view payload) {
        return send(ws::client_frame(ws::Opcode::binary, payload, 0x5a17c0de));
    }

    // One HTTP answer's head; empty at the end or when nothing comes.
    std::string read_head(int patience_ms = kPatienceMs) {
        std::size_t end = std::string::npos;
        while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
            if (!read_more(patience_ms)) return {};
        }
        std::string head = input_.substr(0, end + 4);
        input_.erase(0, end + 4);
        return head;
    }
    std::string read_bytes(std::size_t count) {
        while (input_.size() < count && read_more(kPatienceMs)) {
        }
        std::string bytes = input_.substr(0, count);
        input_.erase(0, count);
        return bytes;
    }
    // Whether the peer ends the stream, whatever it sends before.
    bool ends(int patience_ms = kPatienceMs) {
        while (read_more(patience_ms)) {
        }
        return ended_;
    }

    // Whether the stream, whatever it still holds, ends with a reset.
    bool is_reset() {
        std::string piece(std::size_t{64} * 1024, '\0');
        ssize_t got = 1;
        while (got > 0) got = ::recv(descriptor_, piece.data(), piece.size(), 0);
        return got < 0 && errno == ECONNRESET;
    }

    // The status of the answer to a handshake.
    int handshake(std::string_view origin = {}) {
        send(ws::request("chat.example", "/ws", kKey, origin));
        return status_of(read_head());
    }
    static int status_of(std::string_view head) {
        return head.size() < 12 ? 0 : std::atoi(std::string{head.substr(9, 3)}.c_str());
    }

    // The next event as ws::shown() writes it; "end" or "nothing".
    std::string next(int patience_ms = kPatienceMs) {
        for (;;) {
            std::span<char> rest{input_};
            const ws::Event event = parser_.next(rest);
            std::string text = ws::shown(event);
            input_.erase(0, input_.size() - rest.size());
            if (event.kind != ws::Event::Kind::none) return text;
            if (!read_more(patience_ms)) return ended_ ? "end" : "nothing";
        }
    }

    // On TCP: the payload of the next frame; "end" or "nothing".
    std::string next_frame(int patience_ms = kPatienceMs) {
        for (;;) {
            std::span<char> rest{input_};
            const tcp::Event event = frames_.next(rest);
            std::string text{event.payload};
            input_.erase(0, input_.size() - rest.size());
            if (event.kind == tcp::Event::Kind::message) return text;
            if (!read_more(patience_ms)) return ended_ ? "end" : "nothing";
        }
    }

    static constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";

private:
    bool read_more(int patience_ms) {
        pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
        if (::poll(&wait, 1, patience_ms) != 1) return false;
        std::string piece(std::size_t{64} * 1024, '\0');
        const ssize_t got = ::recv(descriptor_, piece.data(), piece.size(), 0);
        ended_ = got <= 0;
        if (ended_) return false;
        input_.append(piece, 0, static_cast<std::size_t>(got));
        return true;
    }

    int descriptor_;
    bool connected_{false};
    bool ended_{false};
    std::string input_;
    ws::Parser parser_{ws::Role::client, 16 * 1024 * 1024};
    tcp::Parser frames_{16 * 1024 * 1024};
};

}  // namespace stentor::net::testing
