// Servers whose messages are WebSocket text: nchan, ws and socket.io, each as its own documentation
// builds a broadcast, with its limits raised as far as this needs and its logs off.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "load/bench/peer_server.h"

namespace stentor::bench {
namespace {

constexpr Millis kStartWithin{20'000};
constexpr Millis kStopWithin{5'000};

// A port that was free a moment ago, for a server that cannot be told to take any.
std::uint16_t free_port() {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    socklen_t size = sizeof address;
    const bool named = bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    close(descriptor);
    if (!named) throw std::runtime_error{"the system gives no port"};
    return ntohs(address.sin_port);
}

class TextRival : public PeerServer {
public:
    explicit TextRival(const RivalSetting& setting) : setting_{setting} {}
    void start(std::size_t watchers) override {
        const std::uint16_t given = start_server(watchers);
        const std::uint16_t port = given != 0 ? given : said_port();
        aim(port, say_path());
        connect_publisher();
        aim(port, watch_path());
    }
    ~TextRival() override {
        loop_.close(publisher_);
        process_.stop(kStopWithin);
    }

    [[nodiscard]] Loop& loop() override { return loop_; }
    [[nodiscard]] pid_t server() const override { return process_.id(); }
    [[nodiscard]] Heard hear(std::string_view frame) const override { return message(frame); }
    [[nodiscard]] bool publish(std::string_view text) override {
        loop_.send_text(publisher_, wrapped(text));
        return true;
    }

protected:
    // 0: it says its port itself.
    virtual std::uint16_t start_server(std::size_t watchers) = 0;
    [[nodiscard]] virtual std::string say_path() const { return "/"; }
    [[nodiscard]] virtual std::string watch_path() const { return "/"; }
    [[nodiscard]] virtual std::string wrapped(std::string_view text) const {
        return std::string{text};
    }

    [[nodiscard]] Heard message(std::string_view text) const {
        const std::uint64_t number = setting_.script.number(text);
        if (number == 0) return {.kind = Heard::Kind::wrong};
        return {.kind = Heard::Kind::messages, .first = number, .count = 1};
    }
    [[nodiscard]] const std::filesystem::path& peers() const { return setting_.folder; }
    [[nodiscard]] const std::filesystem::path& scratch() const { return scratch_.path(); }
    void run(std::vector<std::string> words) {
        process_.start(std::move(words), scratch() / "server.log");
    }

private:
    class Publisher final : public Peer {
    public:
        explicit Publisher(TextRival& rival) : rival_{rival} {}
        void on_open() override { ready = rival_.ready_when_open(); }
        void on_message(std::string_view frame) override {
            const Heard heard = rival_.hear(frame);
            if (heard.kind == Heard::Kind::ready) ready = true;
            if (!heard.answer.empty()) rival_.loop_.send_text(*this, heard.answer);
        }
        void on_closed() override { lost = true; }
        [[nodiscard]] bool takes_text() const override { return true; }

        bool ready{};
        bool lost{};

    private:
        TextRival& rival_;
    };

    void aim(std::uint16_t port, std::string path) {
        loop_.set_target("127.0.0.1", port, std::move(path), "");
    }

    std::uint16_t said_port() {
        constexpr std::string_view kSays = "listening on ";
        const auto end = Clock::now() + kStartWithin;
        for (std::string text; Clock::now() < end;) {
            const auto more = process_.output(Millis{100});
            if (!more) break;
            text += *more;
            const auto at = text.find(kSays);
            if (at == std::string::npos || !text.ends_with('\n')) continue;
            return static_cast<std::uint16_t>(std::stoul(text.substr(at + kSays.size())));
        }
        throw std::runtime_error{description().name + " did not start: " + errors()};
    }

    // Tries again while the server comes up.
    void connect_publisher() {
        const auto end = Clock::now() + kStartWithin;
        while (!publisher_.ready && Clock::now() < end) {
            publisher_.lost = false;
            loop_.open(publisher_);
            const auto soon = Clock::now() + Millis{1'000};
            while (!publisher_.ready && !publisher_.lost && Clock::now() < soon) {
                loop_.turn(Millis{20});
            }
        }
        if (!publisher_.ready) {
            throw std::runtime_error{description().name + " takes no connection: " + errors()};
        }
    }

    [[nodiscard]] std::string errors() const {
        std::ostringstream text;
        text << std::ifstream{scratch() / "server.log"}.rdbuf();
        return text.str();
    }

    RivalSetting setting_;
    Scratch scratch_;
    ChildProcess process_;
    Loop loop_{setting_.context.options.seed};
    Publisher publisher_{*this};
};

class Nchan final : public TextRival {
public:
    using TextRival::TextRival;
    [[nodiscard]] Description description() const override {
        return {"nginx with nchan",
                "newest 1,000 messages for a minute, in memory; no accounts, no membership; an "
                "order that a watcher cannot check; nothing survives the process"};
    }

private:
    std::uint16_t start_server(std::size_t watchers) override {
        const std::uint16_t port = free_port();
        const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
        const std::map<std::string, std::string> values{
            {"@CORES@", fmt::to_string(cores)},
            {"@DESCRIPTORS@", fmt::to_string(watchers + 1'000)},
            {"@FOLDER@", scratch().string()},
            {"@PORT@", fmt::to_string(port)}};
        std::ostringstream read;
        read << std::ifstream{peers() / "nginx.conf"}.rdbuf();
        std::string text = read.str();
        for (const auto& [name, value] : values) {
            for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name)) {
                text.replace(at, name.size(), value);
            }
        }
        const auto file = scratch() / "nginx.conf";
        std::ofstream{file} << text;
        run({"nginx", "-p", scratch().string(), "-e", (scratch() / "error.log").string(), "-c",
             file.string()});
        return port;
    }
    [[nodiscard]] std::string say_path() const override { return "/say"; }
    [[nodiscard]] std::string watch_path() const override { return "/watch"; }
};

class Ws final : public TextRival {
public:
    Ws(const RivalSetting& setting, std::size_t processes)
        : TextRival{setting}, processes_{processes} {}
    [[nodiscard]] Description description() const override {
        return {processes_ == 1 ? "ws" : fmt::format("ws, {} processes", processes_),
                "passes on what comes in; nothing is kept, numbered, checked or sent again"};
    }

private:
    std::uint16_t start_server(std::size_t /*watchers*/) override {
        run({"node", (peers() / "ws.mjs").string(), fmt::to_string(processes_)});
        return 0;
    }

    std::size_t processes_;
};

class SocketIo final : public TextRival {
public:
    using TextRival::TextRival;
    [[nodiscard]] Description description() const override {
        return {"socket.io",
                "one process, hence one core; rooms, and a heartbeat for each connection; nothing "
                "is kept, numbered or sent "
                "again unless its recovery is turned on, which holds two minutes in memory"};
    }
    [[nodiscard]] bool ready_when_open() const override { return false; }
    // Engine.IO protocol 4 around Socket.IO protocol 5: 0 open, 2 ping, 3 pong, 40 connect, 42
    // event.
    [[nodiscard]] Heard hear(std::string_view frame) const override {
        constexpr std::string_view kBefore = R"(42["said",")";
        constexpr std::string_view kBehind = R"("])";
        if (frame.starts_with("0{")) return {.answer = "40"};
        if (frame.starts_with("40")) return {.kind = Heard::Kind::ready};
        if (frame == "2") return {.answer = "3"};
        if (!frame.starts_with(kBefore) || !frame.ends_with(kBehind)) {
            return {.kind = Heard::Kind::wrong};
        }
        frame.remove_prefix(kBefore.size());
        frame.remove_suffix(kBehind.size());
        return message(frame);
    }

private:
    std::uint16_t start_server(std::size_t /*watchers*/) override {
        run({"node", (peers() / "socketio.mjs").string()});
        return 0;
    }
    [[nodiscard]] static std::string path() { return "/socket.io/?EIO=4&transport=websocket"; }
    [[nodiscard]] std::string say_path() const override { return path(); }
    [[nodiscard]] std::string watch_path() const override { return path(); }
    [[nodiscard]] std::string wrapped(std::string_view text) const override {
        return fmt::format(R"(42["say","{}"])", text);
    }
};

}  // namespace

std::unique_ptr<PeerServer> nchan_rival(const RivalSetting& setting) {
    return std::make_unique<Nchan>(setting);
}

std::unique_ptr<PeerServer> ws_rival(const RivalSetting& setting, std::size_t processes) {
    return std::make_unique<Ws>(setting, processes);
}

std::unique_ptr<PeerServer> socket_io_rival(const RivalSetting& setting) {
    return std::make_unique<SocketIo>(setting);
}

}  // namespace stentor::bench
