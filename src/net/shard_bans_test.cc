// Banned addresses: who is refused, who is put out, and who is neither.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "net/access/bans.h"
#include "net/loopback.h"

namespace stentor::net {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::Server;
using testing::wait_for;

void ban(Server& server, const std::vector<std::string>& networks, Millis lasts = Millis{60'000}) {
    std::vector<access::Ban> bans;
    for (const std::string& text : networks) {
        bans.push_back({.network = *access::parse_network(text), .ends = now() + lasts});
    }
    server.group.set_bans(std::make_shared<const access::Bans>(std::move(bans)));
    server.on_shard([](Shard&) {});  // Behind it.
}

std::string whole_answer(Client& client) {
    const std::string head = client.read_head();
    const std::size_t at = head.find("Content-Length: ");
    if (at == std::string::npos) return head;
    return head + client.read_bytes(std::stoul(head.substr(at + 16)));
}

std::string ask(Client& client, const std::string& forwarded_for = {}) {
    std::string text = "GET / HTTP/1.1\r\nHost: h\r\n";
    if (!forwarded_for.empty()) text += "X-Forwarded-For: " + forwarded_for + "\r\n";
    client.send(text + "\r\n");
    return whole_answer(client);
}

int upgrade(Client& client, const std::string& forwarded_for) {
    std::string text = ws::request("chat.example", "/ws", Client::kKey, "");
    text.insert(text.find("\r\n") + 2, "X-Forwarded-For: " + forwarded_for + "\r\n");
    client.send(text);
    return Client::status_of(whole_answer(client));
}

Options with_tcp() {
    Options options;
    options.listeners = {{}, {.kind = Listener::Kind::tcp}};
    return options;
}

TEST(ShardBans, ABannedAddressIsRefusedBeforeItsFirstWordAndOthersComeIn) {
    Server server{with_tcp()};
    server.serve();
    ban(server, {"127.0.0.8/30"});
    for (const char* from : {"127.0.0.8", "127.0.0.11"}) {
        Client http{server.group.port(0), 0, from};
        const std::string head = http.read_head();
        EXPECT_EQ(Client::status_of(head), 403);
        EXPECT_THAT(http.read_bytes(50), HasSubstr(R"("code":"BANNED","number":411,"field":"add)"));
        Client tcp{server.group.port(1), 0, from};
        EXPECT_EQ(tcp.next_frame(), "refused BANNED");
        EXPECT_EQ(tcp.next_frame(), "end");
    }
    EXPECT_EQ(server.counters().refused_banned.value(), 4U);
    EXPECT_EQ(server.handler().opened, 0);
    Client other{server.group.port(0), 0, "127.0.0.12"};
    EXPECT_EQ(other.handshake(), 101);
}

TEST(ShardBans, WhoIsInIsToldAndClosedAndOthersStay) {
    Server server{with_tcp()};
    server.serve();
    Client banned{server.group.port(0), 0, "127.0.0.9"};
    Client other{server.group.port(0), 0, "127.0.0.10"};
    Client tcp{server.group.port(1), 0, "127.0.0.9"};
    Client idle{server.group.port(0), 0, "127.0.0.9"};
    ASSERT_EQ(banned.handshake(), 101);
    ASSERT_EQ(other.handshake(), 101);
    ASSERT_THAT(ask(idle), HasSubstr("GET /"));
    ASSERT_TRUE(wait_for([&] { return server.handler().opened == 3; }));

    ban(server, {"127.0.0.9"});
    EXPECT_EQ(banned.next(), "binary:refused BANNED");
    EXPECT_THAT(banned.next(), HasSubstr("4411"));
    EXPECT_EQ(tcp.next_frame(), "refused BANNED");
    EXPECT_EQ(tcp.next_frame(), "end");
    EXPECT_TRUE(idle.ends());
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 2; }));
    EXPECT_EQ(server.handler().strays, 0);
    other.send_message("still here");
    EXPECT_EQ(other.next(), "binary:still here");
}

TEST(ShardBans, ABanIsOverAtItsEndOrWhenItIsTakenBack) {
    Server server;
    server.serve();
    ban(server, {"127.0.0.9"}, Millis{1'000});
    EXPECT_EQ(Client(server.group.port(), 0, "127.0.0.9").handshake(), 403);
    EXPECT_TRUE(
        wait_for([&] { return Client(server.group.port(), 0, "127.0.0.9").handshake() == 101; }));
    ban(server, {"127.0.0.9"});
    EXPECT_EQ(Client(server.group.port(), 0, "127.0.0.9").handshake(), 403);
    ban(server, {});
    EXPECT_EQ(Client(server.group.port(), 0, "127.0.0.9").handshake(), 101);
}

TEST(ShardBans, BehindAProxyTheClientIsBannedAndNeverTheProxy) {
    Options options;
    options.trusted_proxies = {"127.0.0.1"};
    Server server{options};
    server.serve();
    Client in{server.group.port()};
    Client other{server.group.port()};
    ASSERT_EQ(upgrade(in, "192.0.2.7"), 101);
    ASSERT_EQ(upgrade(other, "192.0.2.8"), 101);
    ASSERT_TRUE(wait_for([&] { return server.handler().opened == 2; }));
    ban(server, {"192.0.2.7", "127.0.0.0/8"});
    EXPECT_EQ(in.next(), "binary:refused BANNED");
    EXPECT_THAT(in.next(), HasSubstr("4411"));

    // One connection of the proxy, for both.
    Client proxy{server.group.port()};
    EXPECT_EQ(Client::status_of(ask(proxy, "192.0.2.7")), 403);
    EXPECT_EQ(Client::status_of(ask(proxy, "192.0.2.8")), 200);
    EXPECT_EQ(Client::status_of(ask(proxy)), 200) << "the proxy's own health check";
    EXPECT_EQ(upgrade(proxy, "192.0.2.7"), 403);
    EXPECT_EQ(upgrade(proxy, "192.0.2.8"), 101);
    // What anybody writes counts for nothing.
    Client stranger{server.group.port(), 0, "127.0.0.9"};
    EXPECT_EQ(Client::status_of(ask(stranger, "192.0.2.8")), 403);
    other.send_message("still here");
    EXPECT_EQ(other.next(), "binary:still here");
}

TEST(ShardBans, TheProxyProtocolNamesWhoIsBanned) {
    const std::string named{
        "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\x0a\0\0\x01\x12\x34\x01\xbb", 28};
    Options options;
    options.listeners = {{.proxy_protocol = true},
                         {.kind = Listener::Kind::tcp, .proxy_protocol = true}};
    options.trusted_proxies = {"127.0.0.0/8"};
    Server server{options};
    server.serve();
    Client in{server.group.port(0)};
    in.send(named);
    ASSERT_EQ(in.handshake(), 101);
    ban(server, {"192.0.2.0/24"});
    EXPECT_EQ(in.next(), "binary:refused BANNED");
    Client http{server.group.port(0)};
    http.send(named);
    EXPECT_EQ(http.handshake(), 403);
    Client tcp{server.group.port(1)};
    tcp.send(named);
    EXPECT_EQ(tcp.next_frame(), "refused BANNED");
}

}  // namespace
}  // namespace stentor::net
