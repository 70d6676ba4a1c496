#include "client/terminal/terminal.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <utility>

#include "client/terminal/chat_events.h"
#include "client/terminal/command_line.h"
#include "net/tcp/frame.h"
#include "net/tcp/parser.h"

namespace stentor::terminal {
namespace {

constexpr std::uint32_t kFrameBytesMax = 4U * 1024 * 1024;  // Of a server: pages, and more.
constexpr std::size_t kTypedBytesMax = std::size_t{1024} * 1024;
constexpr Millis kLastWords{10'000};  // For what was said before the end of the input.
constexpr Millis kSleepMax{60'000};

class Terminal final : public ChatEvents {
public:
    Terminal(const ChatOptions& options, DeviceId device)
        : ChatEvents{options.token, device}, options_{options} {
        chat().want(options.gid);
    }

    int run() {
        chat().client().start(chat().moment());
        while (!chat().over() && !finished()) turn();
        chat().leave_group();
        chat().client().stop();
        return failed_ ? 1 : 0;
    }

private:
    // ---- client::Host: from within an event, so what would call back waits for the turn.
    void connect() override { connect_wanted_ = true; }
    void transmit(std::string message) override {
        if (stream_ != nullptr && !stream_->write(net::tcp::frame(message))) broken_ = true;
    }
    void disconnect() override { stream_.reset(); }
    void wake_at(Time when) override { wake_ = when; }

    void on_stopped(Code code) override {
        failed_ = true;
        ChatEvents::on_stopped(code);
    }
    void print(const std::string& line) override {
        std::fputs((line + "\n").c_str(), stdout);
        std::fflush(stdout);
    }

    void turn() {
        if (std::exchange(connect_wanted_, false)) try_connect();
        settle();
        take_lines();
        settle();
        std::array<pollfd, 2> waits{
            pollfd{.fd = input_ended_ ? -1 : STDIN_FILENO, .events = POLLIN, .revents = 0},
            pollfd{.fd = stream_ == nullptr ? -1 : stream_->descriptor(),
                   .events = POLLIN,
                   .revents = 0}};
        ::poll(waits.data(), waits.size(), timeout_ms());
        if (waits[0].revents != 0) read_input();
        const bool readable = stream_ != nullptr && (waits[1].revents != 0 || stream_->pending());
        if (readable && !broken_) read_stream();
        if (std::exchange(broken_, false) && stream_ != nullptr) {
            stream_.reset();
            chat().client().on_closed(chat().moment());
        }
        if (now() >= wake_) {
            wake_ = Time::max();
            chat().client().on_wake(chat().moment());
        }
    }

    [[nodiscard]] int timeout_ms() const {
        if (connect_wanted_ || broken_ || (stream_ != nullptr && stream_->pending())) return 0;
        Time at = std::min(wake_, now() + kSleepMax);
        if (input_ended_) at = std::min(at, input_ended_at_ + kLastWords);
        return static_cast<int>(std::max(at - now(), Millis{0}).count());
    }

    void try_connect() {
        auto stream = Stream::connect(options_.server, "stentor.v1");
        if (!stream) {
            if (std::exchange(complaint_, stream.error()) != stream.error()) {
                std::fprintf(stderr, "stentor chat: %s\n", stream.error().c_str());
            }
            return chat().client().on_closed(chat().moment());
        }
        complaint_.clear();
        stream_ = std::move(*stream);
        frames_ = net::tcp::Parser{kFrameBytesMax};
        chat().client().on_connected(chat().moment());
    }

    void read_stream() {
        std::string bytes;
        if (!stream_->read(bytes)) {
            broken_ = true;
            return;
        }
        std::span<char> rest{bytes};
        // An event may end the connection: then the rest is nobody's.
        while (stream_ != nullptr) {
            const net::tcp::Event event = frames_.next(rest);
            if (event.kind == net::tcp::Event::Kind::none) return;
            if (event.kind == net::tcp::Event::Kind::too_large) {
                broken_ = true;
                return;
            }
            chat().client().on_message(chat().moment(), event.payload);
        }
    }

    void read_input() {
        std::array<char, 4'096> buffer{};
        const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (got > 0 && typed_.size() < kTypedBytesMax) {
            typed_.append(buffer.data(), static_cast<std::size_t>(got));
            return;
        }
        if (!typed_.empty() && !typed_.ends_with('\n')) typed_.push_back('\n');
        input_ended_ = true;
        input_ended_at_ = now();
    }

    void take_lines() {
        while (!chat().busy() && !chat().over()) {
            const std::size_t end = typed_.find('\n');
            if (end == std::string::npos) return;
            std::string line = typed_.substr(0, end);
            typed_.erase(0, end + 1);
            if (line.ends_with('\r')) line.pop_back();
            run_line(chat(), line);
            settle();
        }
    }

    [[nodiscard]] bool finished() {
        if (!input_ended_) return false;
        const bool said = typed_.empty() && chat().idle();
        const bool late = now() >= input_ended_at_ + kLastWords;
        if (late && !said) {
            std::fputs("stentor chat: not everything was answered in time\n", stderr);
            failed_ = true;
        }
        return said || late;
    }

    const ChatOptions& options_;
    std::unique_ptr<Stream> stream_;
    net::tcp::Parser frames_{kFrameBytesMax};
    std::string typed_;
    std::string complaint_;
    Time wake_ = Time::max();
    Time input_ended_at_;
    bool connect_wanted_{false};
    bool broken_{false};
    bool input_ended_{false};
    bool failed_{false};
};

}  // namespace

int chat(const ChatOptions& options) {
    std::random_device random;
    const DeviceId device{((std::uint64_t{random()} << 32U) | random()) & limits::kIdMax};
    return Terminal{options, device}.run();
}

}  // namespace stentor::terminal
