#include "load/bench/room.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "net/ws/handshake.h"
#include "wire/envelope.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kWatchers = 3;

// Takes so many connections and says to them what the test wants, in binary frames.
class StandIn final : public PeerServer {
public:
    explicit StandIn(const Script& script) : script_{script} {}
    ~StandIn() override {
        for (const int descriptor : sockets_) close(descriptor);
        close(listener_);
    }
    [[nodiscard]] Description description() const override { return {"a stand-in", ""}; }
    void start(std::size_t watchers) override {
        listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        socklen_t size = sizeof address;
        ASSERT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
        ASSERT_EQ(listen(listener_, 16), 0);
        ASSERT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        loop_.set_target("127.0.0.1", ntohs(address.sin_port), "/", "");
        doorman_ = std::jthread{[this, watchers] {
            for (std::size_t i = 0; i < watchers; ++i) let_in();
        }};
    }
    [[nodiscard]] Loop& loop() override { return loop_; }
    [[nodiscard]] pid_t server() const override { return getpid(); }
    [[nodiscard]] bool speaks_text() const override { return false; }
    // "FIRST COUNT", or the number that somebody is told of who was skipped.
    [[nodiscard]] Heard hear(std::string_view frame) const override {
        Heard heard{.kind = Heard::Kind::messages};
        if (std::sscanf(std::string{frame}.c_str(), "%lu %lu", &heard.first, &heard.count) == 2) {
            return heard;
        }
        return {.kind = Heard::Kind::wrong};
    }
    [[nodiscard]] bool publish(std::string_view text) override {
        said = script_.number(text);
        for (std::size_t i = 0; i < sockets_.size(); ++i) {
            for (const std::string& words : says(i)) {
                const std::string frame = wire::websocket_frame(words);
                ::send(sockets_[i], frame.data(), frame.size(), MSG_NOSIGNAL);
            }
        }
        return true;
    }

    std::uint64_t said{};
    std::function<std::vector<std::string>(std::size_t watcher)> says;

private:
    void let_in() {
        const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        std::string request;
        char bytes[1024];
        while (!request.ends_with("\r\n\r\n")) {
            const auto got = recv(descriptor, bytes, sizeof bytes, 0);
            if (got <= 0) return;
            request.append(bytes, static_cast<std::size_t>(got));
        }
        constexpr std::string_view kName = "Sec-WebSocket-Key: ";
        const std::string key = request.substr(request.find(kName) + kName.size(), 24);
        const std::string answer =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
            net::ws::accept_key(key) + "\r\n\r\n";
        sockets_.push_back(descriptor);
        ::send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL);
    }

    const Script& script_;
    Loop loop_{1};
    int listener_{-1};
    std::vector<int> sockets_;
    std::jthread doorman_;
};

class RoomOfThree : public testing::Test {
protected:
    void SetUp() override {
        rival_.start(kWatchers);
        room_.admit_up_to(kWatchers);
        rival_.says = [this](std::size_t) { return just(rival_.said); };
    }
    static std::vector<std::string> just(std::uint64_t number) {
        return {fmt::format("{} 1", number)};
    }

    Script script_{1};
    StandIn rival_{script_};
    Room room_{rival_, script_, Millis{200}};
};

TEST_F(RoomOfThree, WhatComesOnceAndInOrderIsNoTrouble) {
    EXPECT_EQ(room_.say_one().reached, kWatchers);
    EXPECT_EQ(room_.say_one().reached, kWatchers);
    EXPECT_EQ(room_.trouble(), "");
}

TEST_F(RoomOfThree, AMessageThatOneDoesNotGetFailsTheRun) {
    (void)room_.say_one();
    rival_.says = [this](std::size_t i) {
        return i == 1 ? std::vector<std::string>{} : just(rival_.said);
    };
    EXPECT_EQ(room_.flood(0.05, 1).delivered, 2U);
    EXPECT_EQ(room_.trouble(), "not everything came");
}

TEST_F(RoomOfThree, AMessageThatComesTwiceIsNoticed) {
    rival_.says = [this](std::size_t i) {
        auto words = just(rival_.said);
        if (i == 2) words.push_back(words.front());
        return words;
    };
    (void)room_.say_one();
    room_.rest(Millis{100});
    EXPECT_EQ(room_.trouble(), "message 1 came where 2 was due");
}

TEST_F(RoomOfThree, AHoleIsNoticed) {
    rival_.says = [this](std::size_t) { return just(rival_.said + 1); };
    (void)room_.say_one();
    EXPECT_EQ(room_.trouble(), "message 2 came where 1 was due");
}

TEST_F(RoomOfThree, AFrameThatMeansNothingIsNoticed) {
    rival_.says = [this](std::size_t) {
        return std::vector<std::string>{"hello", fmt::format("{} 1", rival_.said)};
    };
    (void)room_.say_one();
    EXPECT_EQ(room_.trouble(), "a frame that means nothing");
}

}  // namespace
}  // namespace stentor::bench
