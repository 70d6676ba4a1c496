// Input that costs: pieces of messages that never become one, and floods of what is answered. Each
// is bounded, and the bound that acted is counted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/loopback.h"

namespace stentor::net {
namespace {

using testing::Client;
using testing::Server;
using testing::wait_for;

constexpr std::uint32_t kMask = 0x5a17c0de;

// A frame as a client sends it; `first` is the byte with FIN and opcode.
std::string frame(std::uint8_t first, std::string_view payload) {
    std::string bytes = ws::client_frame(ws::Opcode::binary, payload, kMask);
    bytes[0] = static_cast<char>(first);
    return bytes;
}

constexpr std::uint8_t kBegins = 0x02;  // Binary, more follows.
constexpr std::uint8_t kGoesOn = 0x00;

std::vector<Client> connected(Server& server, int count) {
    std::vector<Client> clients;
    for (int i = 0; i < count; ++i) {
        clients.emplace_back(server.group.port());
        EXPECT_EQ(clients.back().handshake(), 101);
    }
    return clients;
}

void goes_on(Client& client) {
    client.send_message("still here");
    EXPECT_EQ(client.next(), "binary:still here");
}

TEST(ShardFloods, AMessageOfManyTinyFragmentsIsRefused) {
    Server server;
    server.serve();
    Client client{server.group.port()};
    ASSERT_EQ(client.handshake(), 101);
    client.send(frame(kBegins, "a"));
    for (int i = 0; i < 1'000; ++i) {
        if (!client.send(frame(kGoesOn, i % 2 == 0 ? "b" : ""))) break;
    }
    EXPECT_THAT(client.next(), ::testing::StartsWith("close:1009"));
    EXPECT_EQ(server.counters().refused_frames.value(), 1U);
    EXPECT_TRUE(wait_for([&] { return server.counters().received_bytes.value() == 0; }));
}

TEST(ShardFloods, AMessageThatNeverEndsIsGivenUpHoweverItDrips) {
    Options options;
    options.within.message = Millis{200};
    Server server{options};
    server.serve();
    std::vector<Client> clients = connected(server, 1);
    Client& client = clients.front();
    client.send(frame(kBegins, "a"));
    // Each byte is progress, and does not help.
    const std::string rest = frame(kGoesOn, std::string(5'000, 'b'));
    for (std::size_t i = 0; i < rest.size() && server.counters().refused_slow.value() == 0; ++i) {
        if (!client.send(rest.substr(i, 1))) break;
        std::this_thread::sleep_for(Millis{1});
    }
    EXPECT_THAT(client.next(), ::testing::StartsWith("close:1008"));
    EXPECT_EQ(server.counters().refused_slow.value(), 1U);
}

TEST(ShardFloods, ARequestByteByByteIsGivenUp) {
    Options options;
    options.within.handshake = Millis{200};
    options.within.close = Millis{200};
    Server server{options};
    server.serve();
    std::vector<Client> inside = connected(server, 1);
    std::vector<Client> slow;
    for (int i = 0; i < 50; ++i) slow.emplace_back(server.group.port());
    const std::string request = ws::request("h", "/ws", Client::kKey);
    for (std::size_t i = 0; i < request.size() - 1; ++i) {
        for (Client& client : slow) client.send(request.substr(i, 1));
        std::this_thread::sleep_for(Millis{3});
    }
    EXPECT_TRUE(wait_for([&] { return server.counters().refused_slow.value() == 50; }));
    for (Client& client : slow) EXPECT_EQ(Client::status_of(client.read_head()), 408);
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 1; }));
    goes_on(inside.front());
}

TEST(ShardFloods, HalfMessagesOfManyStayWithinTheBudget) {
    Options options;
    options.received_bytes_max = 1'000'000;
    Server server{options};
    server.serve();
    std::vector<Client> clients = connected(server, 61);
    Client& bystander = clients.front();
    const std::string half = frame(kBegins, std::string(50'000, 'x'));
    for (std::size_t i = 1; i < clients.size(); ++i) clients[i].send(half);
    EXPECT_TRUE(wait_for([&] { return server.counters().refused_received.value() >= 40; }));
    EXPECT_TRUE(wait_for([&] { return server.counters().received_bytes.value() <= 1'000'000; }));
    EXPECT_THAT(clients.back().next(), ::testing::StartsWith("close:1013"));
    goes_on(bystander);
    for (std::size_t i = 1; i < clients.size(); ++i) clients[i].hang_up();
    EXPECT_TRUE(wait_for([&] { return server.counters().received_bytes.value() == 0; }));
}

TEST(ShardFloods, BeforeItsHelloNobodyHoldsMoreThanOne) {
    Options options;
    options.listeners = {{}, {.kind = Listener::Kind::tcp}};
    Server server{options};
    server.handler().greets = false;
    server.serve();
    Client socket{server.group.port(0)};
    ASSERT_EQ(socket.handshake(), 101);
    socket.send(frame(kBegins, std::string(3'000, 'x')));
    socket.send(frame(kGoesOn, std::string(3'000, 'x')));
    EXPECT_THAT(socket.next(), ::testing::StartsWith("close:1009"));
    Client program{server.group.port(1)};
    program.send(tcp::frame(std::string(40'000, 'x')).substr(0, 30'000));
    EXPECT_EQ(program.next_frame(), "refused FRAME_TOO_LARGE");
    EXPECT_EQ(server.counters().refused_frames.value(), 2U);
}

TEST(ShardFloods, StrangersTakeNoRoomFromThoseWhoAreIn) {
    Options options;
    options.received_bytes_max = 200'000;
    Server server{options};
    server.serve();
    std::vector<Client> inside = connected(server, 1);
    std::vector<Client> strangers;
    for (int i = 0; i < 10; ++i) {
        strangers.emplace_back(server.group.port());
        strangers.back().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" +
                              std::string(30'000, 'x'));
    }
    EXPECT_TRUE(wait_for([&] { return server.counters().refused_received.value() == 7; }));
    EXPECT_TRUE(wait_for([&] { return server.counters().received_bytes.value() <= 100'000; }));
    // A message of the one inside comes in two pieces all the same.
    const std::string whole = ws::client_frame(ws::Opcode::binary, std::string(50'000, 'x'), kMask);
    inside.front().send(whole.substr(0, 40'000));
    EXPECT_TRUE(wait_for([&] { return server.counters().received_bytes.value() > 100'000; }));
    inside.front().send(whole.substr(40'000));
    EXPECT_EQ(inside.front().next(), "binary:" + std::string(50'000, 'x'));
    strangers.clear();
    EXPECT_TRUE(wait_for([&] { return server.counters().received_bytes.value() == 0; }));
}

TEST(ShardFloods, HalfRequestsAndHalfFramesCountToo) {
    Options options;
    options.listeners = {{}, {.kind = Listener::Kind::tcp}};
    options.received_bytes_max = 100'000;
    Server server{options};
    server.serve();
    std::vector<Client> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back(server.group.port(1));
        clients.back().send(tcp::frame(std::string(40'000, 'x')).substr(0, 30'000));
    }
    EXPECT_EQ(clients.back().next_frame(), "refused OVERLOADED");
    Client request{server.group.port(0)};
    request.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" +
                 std::string(30'000, 'x'));
    EXPECT_EQ(Client::status_of(request.read_head()), 503);
    EXPECT_EQ(server.counters().refused_received.value(), 2U);
}

TEST(ShardFloods, WhatWasUsedIsNotKept) {
    Server server;
    server.serve();
    std::vector<Client> clients = connected(server, 20);
    // In two pieces each, so that it is gathered.
    const std::string whole = ws::client_frame(ws::Opcode::binary, std::string(60'000, 'x'), kMask);
    for (Client& client : clients) client.send(whole.substr(0, 30'000));
    EXPECT_TRUE(wait_for([&] { return server.counters().received_bytes.value() > 500'000; }));
    for (Client& client : clients) client.send(whole.substr(30'000));
    EXPECT_TRUE(wait_for([&] { return server.handler().messages == 20; }));
    EXPECT_TRUE(wait_for([&] { return server.counters().received_bytes.value() == 0; }));
}

TEST(ShardFloods, AMillionPingsAreCutOffAfterTheFirstTen) {
    Options options;
    options.within.close = Millis{200};
    Server server{options};
    server.serve();
    std::vector<Client> clients = connected(server, 2);
    std::string pings;
    for (int i = 0; i < 1'000; ++i) pings += ws::client_frame(ws::Opcode::ping, "p", kMask);
    for (int i = 0; i < 1'000; ++i) {
        if (!clients.front().send(pings)) break;
        if (i % 100 == 0) goes_on(clients.back());
    }
    EXPECT_TRUE(wait_for([&] { return server.counters().refused_flood.value() == 1; }));
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 1; }));
    // Of the million not more than ten were answered.
    EXPECT_LE(server.counters().frames_out.value(), 2U + 10U + 12U);
    goes_on(clients.back());
}

TEST(ShardFloods, WhoAcknowledgesNothingIsFoundOut) {
    Options options;
    options.within.user_timeout = Millis{300};
    Server server{options};
    server.serve();
    Client client{server.group.port(), 2'048};
    ASSERT_EQ(client.handshake(), 101);
    // The kernel takes all of it, the peer only its beginning: nothing waits here.
    server.on_shard([&](Shard& shard) {
        const ConnectionToken who = server.handler().tokens().front();
        EXPECT_EQ(shard.send(who, std::string(12'000, 'v')), Written::whole);
    });
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 1; }));
    EXPECT_EQ(server.counters().dropped_vanished.value(), 1U);
}

}  // namespace
}  // namespace stentor::net
