// Connections through a load balancer: the address that it names, and who may name one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/loopback.h"

namespace stentor::net {
namespace {

using testing::Client;
using testing::Server;
using testing::wait_for;

const std::string kFrom192_0_2_7{
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\x0a\0\0\x01\x12\x34\x01\xbb", 28};
const std::string kHealthCheck{"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16};

Options behind_proxy(std::string trusted = "127.0.0.0/8") {
    Options options;
    options.listeners = {
        {.proxy_protocol = true}, {.kind = Listener::Kind::tcp, .proxy_protocol = true}, {}};
    options.trusted_proxies = {std::move(trusted)};
    return options;
}

void answer_with_peer(Server& server) {
    server.handler().http_hook = [&](const http::Request& request, http::Responder responder) {
        http::Response response{.content_type = "text/plain"};
        response.body = share("<" + request.peer + ">");
        server.handler().shard.load()->respond(responder, response);
    };
}

std::string peer_told(Client& client, const std::string& headers) {
    client.send("GET / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
    EXPECT_EQ(Client::status_of(client.read_head()), 200);
    std::string peer;
    while (!peer.ends_with('>')) {
        const std::string byte = client.read_bytes(1);
        if (byte.empty()) break;
        peer += byte;
    }
    return peer;
}

// The answer to a handshake may arrive before the handler has been told.
bool last_address_is(Server& server, std::string_view address) {
    return wait_for([&] { return server.handler().last_address() == address; });
}

TEST(ShardProxy, TheAddressInTheHeaderIsThePeers) {
    Server server{behind_proxy()};
    answer_with_peer(server);
    server.serve();
    Client request{server.group.port(0)};
    request.send(kFrom192_0_2_7);
    EXPECT_EQ(peer_told(request, ""), "<192.0.2.7>");
    EXPECT_EQ(peer_told(request, ""), "<192.0.2.7>");

    Client socket{server.group.port(0)};
    socket.send(kFrom192_0_2_7);
    EXPECT_EQ(socket.handshake(), 101);
    EXPECT_TRUE(last_address_is(server, "192.0.2.7"));

    Client tcp{server.group.port(1)};
    tcp.send(kFrom192_0_2_7 + tcp::frame("at once"));
    EXPECT_EQ(tcp.next_frame(), "at once");
    EXPECT_TRUE(last_address_is(server, "192.0.2.7"));
}

TEST(ShardProxy, AnySplitGivesTheSame) {
    Server server{behind_proxy()};
    answer_with_peer(server);
    server.serve();
    const std::string all = kFrom192_0_2_7 + "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    for (std::size_t at = 1; at <= kFrom192_0_2_7.size() + 1; ++at) {
        Client client{server.group.port(0)};
        client.send(all.substr(0, at));
        std::this_thread::sleep_for(Millis{2});
        client.send(all.substr(at));
        EXPECT_EQ(Client::status_of(client.read_head()), 200) << at;
        EXPECT_EQ(client.read_bytes(11), "<192.0.2.7>") << at;
    }
}

TEST(ShardProxy, AHealthCheckSpeaksForTheProxyItself) {
    Server server{behind_proxy()};
    answer_with_peer(server);
    server.serve();
    Client client{server.group.port(0)};
    client.send(kHealthCheck);
    EXPECT_EQ(peer_told(client, ""), "<127.0.0.1>");
}

TEST(ShardProxy, WithoutAHeaderTheConnectionEnds) {
    Server server{behind_proxy()};
    server.serve();
    const std::string half = kFrom192_0_2_7.substr(0, 20);
    for (const std::string odd : {"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
                                  "PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\n", "\r\n\r\nx"}) {
        Client client{server.group.port(0)};
        client.send(odd);
        EXPECT_TRUE(client.ends());
    }
    Client halfway{server.group.port(0)};
    halfway.send(half);
    halfway.hang_up();
    EXPECT_TRUE(wait_for([&] { return server.counters().refused_proxy.value() == 4; }));
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 0; }));
}

TEST(ShardProxy, AHeaderThatDoesNotComeIsNotAwaitedForEver) {
    Options options = behind_proxy();
    options.within.handshake = Millis{60};
    Server server{options};
    server.serve();
    Client client{server.group.port(0)};
    client.send(kFrom192_0_2_7.substr(0, 20));
    EXPECT_TRUE(client.ends());
    EXPECT_EQ(server.counters().refused_slow.value(), 1U);
}

TEST(ShardProxy, WhoIsNotListedMayNotConnectThere) {
    Server server{behind_proxy("192.0.2.1")};
    server.serve();
    Client client{server.group.port(0)};
    client.send(kFrom192_0_2_7);
    EXPECT_TRUE(client.ends());
    EXPECT_EQ(server.counters().refused_proxy.value(), 1U);
}

TEST(ShardProxy, ForwardedAddressesAreBelievedFromListedOnesOnly) {
    {
        Server server{behind_proxy()};
        answer_with_peer(server);
        server.serve();
        Client client{server.group.port(2)};
        EXPECT_EQ(peer_told(client, "X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n"), "<192.0.2.7>");
        // Two lines are one list.
        EXPECT_EQ(
            peer_told(client, "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 192.0.2.8\r\n"),
            "<192.0.2.8>");
        EXPECT_EQ(peer_told(client, ""), "<127.0.0.1>");
        Client socket{server.group.port(2)};
        socket.send(
            "GET /ws HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.7\r\nUpgrade: "
            "websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: stentor.v1\r\n\r\n");
        EXPECT_EQ(Client::status_of(socket.read_head()), 101);
        EXPECT_TRUE(last_address_is(server, "192.0.2.7"));
    }
    Server server{behind_proxy("192.0.2.1")};
    answer_with_peer(server);
    server.serve();
    Client client{server.group.port(2)};
    EXPECT_EQ(peer_told(client, "X-Forwarded-For: 192.0.2.7\r\n"), "<127.0.0.1>");
}

TEST(ShardProxy, OptionsThatCannotWorkAreRefusedAtTheStart) {
    Options options;
    options.listeners[0].proxy_protocol = true;
    EXPECT_THROW(ShardGroup{options}, std::runtime_error);
    options.trusted_proxies = {"proxy.example"};
    EXPECT_THROW(ShardGroup{options}, std::runtime_error);
    Options none;
    none.listeners.clear();
    EXPECT_THROW(ShardGroup{none}, std::runtime_error);
    Options twice;
    twice.listeners = {{.port = 47'111}, {.port = 47'111}};
    EXPECT_THROW(ShardGroup{twice}, std::runtime_error);
}

}  // namespace
}  // namespace stentor::net
