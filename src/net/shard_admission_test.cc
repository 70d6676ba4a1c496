// Floods of beginnings: what a shard admits, and what it tells the rest.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "net/loopback.h"

namespace stentor::net {
namespace {

using testing::Client;
using testing::Server;
using testing::wait_for;

int retry_after(const std::string& head) {
    const std::size_t at = head.find("Retry-After: ");
    return at == std::string::npos ? 0 : std::atoi(head.c_str() + at + 13);
}

// A client that has connected and says nothing.
std::vector<Client> silent(Server& server, int count, const char* from = "127.0.0.1") {
    std::vector<Client> clients;
    for (int i = 0; i < count; ++i) clients.emplace_back(server.group.port(), 0, from);
    return clients;
}

TEST(ShardAdmission, HalfOpenOnesFromOneAddressAreBoundedAndOthersComeIn) {
    Options options;
    options.handshakes.open_of_one = 20;
    Server server{options};
    server.serve();
    const std::vector<Client> flood = silent(server, 200, "127.0.0.9");
    EXPECT_TRUE(wait_for([&] { return server.counters().refused_address.value() == 180; }));
    EXPECT_EQ(server.counters().half_open.value(), 20U);

    Client other{server.group.port()};
    EXPECT_EQ(other.handshake(), 101);
    other.send_message("hello");
    EXPECT_EQ(other.next(), "binary:hello");
}

TEST(ShardAdmission, HalfOpenOnesFromManyAddressesAreBoundedAndTheRestAreToldATime) {
    Options options;
    options.handshakes.open = 50;
    Server server{options};
    server.serve();
    Client inside{server.group.port()};
    ASSERT_EQ(inside.handshake(), 101);

    std::vector<std::vector<Client>> flood;
    for (int i = 2; i < 102; ++i) {
        flood.push_back(silent(server, 2, ("127.0.0." + std::to_string(i)).c_str()));
    }
    EXPECT_TRUE(wait_for([&] { return server.counters().refused_open.value() == 150; }));
    EXPECT_EQ(server.counters().half_open.value(), 50U);
    EXPECT_EQ(server.counters().connections.value(), 51U);

    Client late{server.group.port()};
    const std::string head = late.read_head();
    EXPECT_EQ(Client::status_of(head), 503);
    EXPECT_THAT(head, ::testing::HasSubstr("Retry-After: "));
    inside.send_message("still here");
    EXPECT_EQ(inside.next(), "binary:still here");

    // They are gone after their time, and there is room again.
    flood.clear();
    EXPECT_TRUE(wait_for([&] { return server.counters().half_open.value() == 0; }));
    Client after{server.group.port()};
    EXPECT_EQ(after.handshake(), 101);
}

TEST(ShardAdmission, WhoIsThroughIsNotCounted) {
    Options options;
    options.handshakes.open_of_one = 3;
    Server server{options};
    server.serve();
    // An event hall: many behind one address.
    std::vector<Client> hall;
    for (int i = 0; i < 30; ++i) {
        hall.emplace_back(server.group.port());
        ASSERT_EQ(hall.back().handshake(), 101);
        ASSERT_TRUE(wait_for([&] { return server.counters().half_open.value() == 0; }));
    }
    // A request is enough, where it is no WebSocket.
    std::vector<Client> readers;
    for (int i = 0; i < 30; ++i) {
        readers.emplace_back(server.group.port());
        readers.back().send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        ASSERT_EQ(Client::status_of(readers.back().read_head()), 200);
    }
    EXPECT_EQ(server.counters().refused_address.value(), 0U);
}

TEST(ShardAdmission, ARushIsToldTimesThatSpreadIt) {
    Options options;
    options.handshakes.per_s = 10;
    Server server{options};
    server.serve();
    std::vector<int> times;
    for (int i = 0; i < 60; ++i) {
        Client client{server.group.port()};
        client.send(ws::request("h", "/ws", Client::kKey));
        const std::string head = client.read_head();
        if (Client::status_of(head) == 503) times.push_back(retry_after(head));
    }
    EXPECT_EQ(server.counters().refused_rate.value() + server.counters().refused_share.value(),
              times.size());
    ASSERT_GE(times.size(), 30U);
    // About ten are told each second.
    const int last = *std::ranges::max_element(times);
    EXPECT_GE(last, 3);
    for (int second = 1; second <= last; ++second) {
        EXPECT_LE(std::ranges::count(times, second), 15) << second;
    }
}

TEST(ShardAdmission, ARateSetLaterCountsOnAllShards) {
    Options options;
    options.shards = 2;
    Server server{options};
    server.serve();
    server.group.set_handshakes(2);
    int refused = 0;
    for (int i = 0; i < 40; ++i) {
        Client client{server.group.port()};
        if (client.handshake() == 503) ++refused;
    }
    EXPECT_GE(refused, 30);
}

TEST(ShardAdmission, AnAddressAtFullSpeedKeepsNobodyElseOut) {
    Options options;
    options.handshakes.per_s = 60;
    Server server{options};
    server.serve();
    std::atomic<bool> ends{false};
    std::thread flood{[&] {
        while (!ends) Client{server.group.port(), 0, "127.0.0.9"};
    }};
    ASSERT_TRUE(wait_for([&] { return server.counters().refused_share.value() > 100; }));
    int in = 0;
    for (int i = 0; i < 100; ++i) {
        // Each in a network of its own, half of the rate.
        Client other{server.group.port(), 0, ("127.1." + std::to_string(i) + ".1").c_str()};
        if (other.handshake() == 101) ++in;
        std::this_thread::sleep_for(std::chrono::milliseconds{33});
    }
    ends = true;
    flood.join();
    EXPECT_GE(in, 99);
}

TEST(ShardAdmission, OnTcpTheRefusalIsAMessage) {
    Options options;
    options.listeners = {{.kind = Listener::Kind::tcp}};
    options.handshakes.open_of_one = 1;
    Server server{options};
    server.handler().greets = false;
    server.serve();
    const Client first{server.group.port()};
    Client second{server.group.port()};
    EXPECT_EQ(second.next_frame(), "refused SHARD_FULL");
    EXPECT_TRUE(second.ends());
}

TEST(ShardAdmission, ARequestBeforeTheHandshakeIsNoWayAroundTheBound) {
    Options options;
    options.handshakes.open_of_one = 3;
    Server server{options};
    server.handler().greets = false;
    server.serve();
    std::vector<Client> clients;
    for (int i = 0; i < 10; ++i) {
        Client& client = clients.emplace_back(server.group.port());
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        ASSERT_EQ(Client::status_of(client.read_head()), 200);
        ASSERT_EQ(client.read_bytes(6), "GET / ");
    }
    EXPECT_EQ(server.counters().half_open.value(), 0U);
    for (std::size_t i = 0; i < clients.size(); ++i) {
        EXPECT_EQ(clients[i].handshake(), i < 3 ? 101 : 503);
    }
    EXPECT_EQ(server.counters().half_open.value(), 3U);
    EXPECT_EQ(server.counters().refused_address.value(), 7U);
    clients.clear();
    EXPECT_TRUE(wait_for([&] { return server.counters().half_open.value() == 0; }));
}

TEST(ShardAdmission, BehindAProxyTheClientsAddressCounts) {
    Options options;
    options.trusted_proxies = {"127.0.0.1"};
    options.handshakes.open_of_one = 2;
    Server server{options};
    server.handler().greets = false;
    server.serve();
    const auto status_from = [&](Client& client, const std::string& address) {
        std::string request = ws::request("chat.example", "/ws", Client::kKey);
        request.insert(request.size() - 2, "X-Forwarded-For: " + address + "\r\n");
        client.send(request);
        return Client::status_of(client.read_head());
    };
    std::vector<Client> clients;
    const auto next = [&]() -> Client& { return clients.emplace_back(server.group.port()); };
    clients.reserve(10);
    EXPECT_EQ(status_from(next(), "192.0.2.7"), 101);
    EXPECT_EQ(status_from(next(), "192.0.2.7"), 101);
    EXPECT_EQ(status_from(next(), "192.0.2.7"), 503);
    EXPECT_EQ(status_from(next(), "192.0.2.8"), 101);
    EXPECT_EQ(server.counters().refused_address.value(), 1U);
}

}  // namespace
}  // namespace stentor::net
