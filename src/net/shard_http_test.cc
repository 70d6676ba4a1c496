// HTTP on a shard's port, and handshakes that fail.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/loopback.h"

namespace stentor::net {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::Server;
using testing::wait_for;

std::string get(std::string_view path) {
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

std::string post(std::string_view path, std::string_view body) {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string{body};
}

TEST(ShardHttp, AnswersAndKeepsTheConnection) {
    Server server;
    server.serve();
    Client client{server.group.port()};
    for (int i = 0; i < 3; ++i) {
        client.send(post("/echo", "body"));
        const std::string head = client.read_head();
        EXPECT_EQ(Client::status_of(head), 200);
        EXPECT_THAT(head, HasSubstr("Connection: keep-alive"));
        EXPECT_EQ(client.read_bytes(15), "POST /echo body");
    }
    EXPECT_EQ(server.counters().accepted.value(), 1U);
    EXPECT_EQ(server.counters().http_requests.value(), 3U);
}

TEST(ShardHttp, PipelinedRequestsAreAnsweredOneAfterTheOther) {
    Server server;
    std::vector<std::pair<std::string, http::Responder>> waiting;
    server.handler().http_hook = [&](const http::Request& request, http::Responder responder) {
        waiting.emplace_back(request.path, responder);
    };
    server.serve();
    Client client{server.group.port()};
    client.send(get("/1") + get("/2") + get("/3"));
    for (std::size_t i = 1; i <= 3; ++i) {
        const std::string path = "/" + std::to_string(i);
        ASSERT_TRUE(wait_for([&] { return server.counters().http_requests.value() == i; }));
        std::this_thread::sleep_for(Millis{10});
        server.on_shard([&](Shard& shard) {
            ASSERT_EQ(waiting.size(), i);
            EXPECT_EQ(waiting.back().first, path);
            shard.respond(waiting.back().second, {.status = 200, .body = share(path)});
            // Neither a second answer nor one to an older request reaches anybody.
            shard.respond(waiting.back().second, {.status = 500});
            shard.respond(waiting.front().second, {.status = 500});
        });
        EXPECT_EQ(Client::status_of(client.read_head()), 200);
        EXPECT_EQ(client.read_bytes(2), path);
    }
}

// Gives pieces of one letter each, from a thread of its own as whatever reads a disk does.
class Letters final : public http::BodySource {
public:
    Letters(std::size_t size, std::size_t pieces_max) : size_{size}, pieces_left_{pieces_max} {}

    [[nodiscard]] std::uint64_t size() const override { return size_; }
    void next(Done done) override {
        std::thread{[this, done = std::move(done)]() mutable {
            if (pieces_left_-- == 0) return done(nullptr);
            const std::size_t bytes = std::min(size_ - given_, std::size_t{50'000});
            given_ += bytes;
            done(share(std::string(bytes, letter_++)));
        }}.join();
    }

private:
    const std::size_t size_;
    std::size_t pieces_left_;
    std::size_t given_{};
    char letter_{'A'};
};

TEST(ShardHttp, ABodyInPiecesIsAskedForAsTheClientTakesIt) {
    Server server;
    server.handler().http_hook = [&](const http::Request& request, http::Responder responder) {
        const auto source = std::make_shared<Letters>(1'000'001, request.path == "/torn" ? 3 : 99);
        server.handler().shard.load()->respond(responder, {.source = source});
    };
    server.serve();
    Client client{server.group.port()};
    for (int i = 0; i < 2; ++i) {
        client.send(get("/whole"));
        EXPECT_THAT(client.read_head(), HasSubstr("Content-Length: 1000001"));
        const std::string body = client.read_bytes(1'000'001);
        EXPECT_EQ(body.substr(49'999, 2), "AB");
        EXPECT_EQ(body.back(), 'A' + 20);
    }
    client.send("HEAD /whole HTTP/1.1\r\nHost: h\r\n\r\n" + get("/torn"));
    EXPECT_THAT(client.read_head(), HasSubstr("Content-Length: 1000001"));
    // What cannot go on ends the connection: its length was told.
    EXPECT_THAT(client.read_head(), HasSubstr("Content-Length: 1000001"));
    EXPECT_EQ(client.read_bytes(150'000).size(), 150'000U);
    EXPECT_TRUE(client.ends());
    EXPECT_TRUE(wait_for([&] { return server.counters().pinned_bytes.value() == 0; }));
}

TEST(ShardHttp, SomePathsTakeLargerBodies) {
    Server server{{.large_bodies = {.prefix = "/parts/", .bytes_max = 100'000}}};
    server.serve();
    const auto status = [&](std::string_view path, std::size_t bytes) {
        Client client{server.group.port()};
        client.send(post(path, std::string(bytes, 'x')));
        return Client::status_of(client.read_head());
    };
    EXPECT_EQ(status("/parts/1", 100'000), 200);
    EXPECT_EQ(status("/parts/1", 100'001), 413);
    EXPECT_EQ(status("/part", limits::kHttpBodyBytes), 200);
    EXPECT_EQ(status("/part", limits::kHttpBodyBytes + 1), 413);
}

TEST(ShardHttp, WritesLargeBodiesAsTheClientTakesThem) {
    const std::string large(2'000'000, 'L');
    Server server;
    server.handler().http_hook = [&](const http::Request&, http::Responder responder) {
        server.handler().shard.load()->respond(responder, {.body = share(large)});
    };
    server.serve();
    Client client{server.group.port()};
    for (int i = 0; i < 2; ++i) {
        client.send(get("/large"));
        EXPECT_EQ(Client::status_of(client.read_head()), 200);
        EXPECT_EQ(client.read_bytes(large.size()), large);
    }
    EXPECT_TRUE(wait_for([&] { return server.counters().pinned_bytes.value() == 0; }));
    EXPECT_EQ(server.counters().backlogs.value(), 0U);
}

TEST(ShardHttp, ALongAnswerToASlowClientHasNoDeadline) {
    const std::string large(300'000, 'L');
    Options options;
    options.within.close = Millis{50};
    options.within.http_idle = Millis{100};
    Server server{options};
    server.handler().http_hook = [&](const http::Request& request, http::Responder responder) {
        http::Response response{.body = share(large)};
        response.close = request.path == "/last";
        server.handler().shard.load()->respond(responder, response);
    };
    server.serve();
    Client client{server.group.port(), 2'048};
    for (const char* path : {"/first", "/last"}) {
        client.send(get(path));
        EXPECT_EQ(Client::status_of(client.read_head()), 200);
        for (std::size_t left = large.size(); left > 0;) {
            const std::size_t piece = std::min<std::size_t>(left, 40'000);
            ASSERT_EQ(client.read_bytes(piece).size(), piece) << path << ", left " << left;
            left -= piece;
            if (left > 0) std::this_thread::sleep_for(Millis{40});
        }
    }
    EXPECT_TRUE(client.ends());
}

TEST(ShardHttp, AHeadHasALengthAndNoBody) {
    Server server;
    server.serve();
    Client client{server.group.port()};
    client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n" + get("/y"));
    EXPECT_THAT(client.read_head(), HasSubstr("Content-Length: 8\r\n"));
    EXPECT_THAT(client.read_head(), HasSubstr("Content-Length: 7\r\n"));
}

TEST(ShardHttp, AHalfClosedClientGetsItsAnswer) {
    Server server;
    server.serve();
    Client client{server.group.port()};
    client.send(get("/bye"));
    ::shutdown(client.descriptor(), SHUT_WR);
    EXPECT_EQ(Client::status_of(client.read_head()), 200);
    EXPECT_TRUE(client.ends());
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 0; }));
}

TEST(ShardHttp, TellsAClientThatWaitsToGoOn) {
    Server server;
    server.serve();
    Client client{server.group.port()};
    client.send("POST /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("ok");
    EXPECT_EQ(Client::status_of(client.read_head()), 200);
}

TEST(ShardHttp, RefusesWhatItCannotRead) {
    const std::string flood = "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(100'000, 'X');
    const std::vector<std::pair<std::string, int>> cases{
        {"\x16\x03\x01", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"NONSENSE\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n", 413},
        {flood, 431},
    };
    Server server;
    server.serve();
    for (const auto& [bytes, status] : cases) {
        Client client{server.group.port()};
        client.send(bytes);
        const std::string head = client.read_head();
        EXPECT_EQ(Client::status_of(head), status);
        EXPECT_THAT(head, HasSubstr("Connection: close"));
        EXPECT_TRUE(client.ends());
    }
    EXPECT_EQ(server.counters().refused_large.value(), 2U);
    EXPECT_EQ(server.counters().refused_malformed.value(), 4U);
    EXPECT_EQ(server.counters().http_requests.value(), 0U);
}

TEST(ShardHttp, RefusesBadHandshakes) {
    const auto changed = [](std::string_view from, std::string_view to) {
        std::string text = ws::request("h", "/ws", Client::kKey);
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    };
    const std::vector<std::pair<std::string, int>> cases{
        {changed("GET /ws", "POST /ws"), 405},
        {changed("HTTP/1.1", "HTTP/1.0"), 400},
        {changed("Upgrade: websocket", "Upgrade: other"), 400},
        {changed("Connection: Upgrade", "Connection: close"), 400},
        {changed("Version: 13", "Version: 12"), 426},
        {changed(Client::kKey, "c2hvcnQ="), 400},
        {changed("stentor.v1", "chat"), 400},
        {ws::request("h", "/ws", Client::kKey, "https://evil.example"), 403},
        {get("/ws"), 400},
    };
    Server server;
    server.serve();
    for (const auto& [bytes, status] : cases) {
        SCOPED_TRACE(bytes);
        Client client{server.group.port()};
        client.send(bytes);
        const std::string head = client.read_head();
        EXPECT_EQ(Client::status_of(head), status);
        EXPECT_EQ(head.find("Sec-WebSocket-Version: 13\r\n") != std::string::npos, status == 426);
        EXPECT_TRUE(client.ends());
    }
    EXPECT_EQ(server.counters().refused_handshake.value(), cases.size());
    EXPECT_EQ(server.handler().opened, 0);
}

TEST(ShardHttp, LetsListedOriginsIn) {
    Options options;
    options.origins = {"https://app.example"};
    Server server{options};
    server.serve();
    EXPECT_EQ(Client{server.group.port()}.handshake("https://app.example"), 101);
    EXPECT_EQ(Client{server.group.port()}.handshake("http://chat.example"), 101);
    EXPECT_EQ(Client{server.group.port()}.handshake("http://other.example"), 403);
    EXPECT_EQ(Client{server.group.port()}.handshake(), 101);
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 3; }));
}

TEST(ShardHttp, DoesNotWaitForEver) {
    Options options;
    options.within.handshake = Millis{60};
    options.within.http = Millis{60};
    options.within.http_idle = Millis{60};
    Server server{options};
    server.handler().http_hook = [&](const http::Request& request, http::Responder responder) {
        if (request.path != "/quick") return;
        server.handler().shard.load()->respond(responder, {.status = 204});
    };
    server.serve();

    Client silent{server.group.port()};
    EXPECT_TRUE(silent.ends());
    EXPECT_TRUE(silent.read_head(0).empty());

    Client slow{server.group.port()};
    slow.send("GET / HTTP/1.1\r\nHo");
    EXPECT_EQ(Client::status_of(slow.read_head()), 408);

    Client slow_body{server.group.port()};
    slow_body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
    EXPECT_EQ(Client::status_of(slow_body.read_head()), 408);

    Client slow_second{server.group.port()};
    slow_second.send(get("/quick") + "GET");
    EXPECT_EQ(Client::status_of(slow_second.read_head()), 204);
    EXPECT_EQ(Client::status_of(slow_second.read_head()), 408);

    Client idle{server.group.port()};
    idle.send(get("/quick"));
    EXPECT_EQ(Client::status_of(idle.read_head()), 204);
    EXPECT_TRUE(idle.ends());

    Client unanswered{server.group.port()};
    unanswered.send(get("/never"));
    const std::string head = unanswered.read_head();
    EXPECT_EQ(Client::status_of(head), 503);
    EXPECT_THAT(head, HasSubstr("Retry-After: "));
    EXPECT_EQ(server.counters().refused_slow.value(), 4U);
}

}  // namespace
}  // namespace stentor::net
