// Length-prefixed frames on bare TCP, beside WebSockets on the same shards.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/loopback.h"

namespace stentor::net {
namespace {

using testing::Client;
using testing::pushed;
using testing::Server;
using testing::wait_for;

Options with_tcp() {
    Options options;
    options.listeners.push_back({.kind = Listener::Kind::tcp});
    return options;
}

TEST(ShardTcp, SpeaksWithBothKindsOfClients) {
    Server server{with_tcp()};
    server.serve();
    ASSERT_NE(server.group.port(0), server.group.port(1));
    Client tcp{server.group.port(1)};
    Client browser{server.group.port(0)};
    ASSERT_EQ(browser.handshake(), 101);
    for (const std::size_t size : {0U, 5U, 126U, 65'536U}) {
        const std::string payload(size, 'e');
        tcp.send(tcp::frame(payload));
        EXPECT_EQ(tcp.next_frame(), payload);
    }
    browser.send_message("framed otherwise");
    EXPECT_EQ(browser.next(), "binary:framed otherwise");
    EXPECT_TRUE(wait_for([&] { return server.counters().sockets.value() == 2; }));
    tcp.hang_up();
    EXPECT_TRUE(wait_for([&] { return server.counters().sockets.value() == 1; }));
    EXPECT_EQ(server.handler().strays, 0);
}

TEST(ShardTcp, AnySplitGivesTheSameMessages) {
    Server server{with_tcp()};
    server.serve();
    const std::string frames = tcp::frame("first") + tcp::frame("") + tcp::frame("third");
    for (std::size_t at = 1; at < frames.size(); ++at) {
        Client client{server.group.port(1)};
        client.send(frames.substr(0, at));
        std::this_thread::sleep_for(Millis{2});
        client.send(frames.substr(at));
        EXPECT_EQ(client.next_frame(), "first") << at;
        EXPECT_EQ(client.next_frame(), "") << at;
        EXPECT_EQ(client.next_frame(), "third") << at;
    }
}

TEST(ShardTcp, SharedFramesReachBothKindsOfClients) {
    Server server{with_tcp()};
    server.serve();
    Client tcp{server.group.port(1)};
    ASSERT_TRUE(wait_for([&] { return server.handler().opened == 1; }));
    Client browser{server.group.port(0)};
    ASSERT_EQ(browser.handshake(), 101);
    const std::string large(70'000, 'l');
    const SharedPush two = pushed({"one", large});
    server.on_shard([&](Shard& shard) {
        for (const ConnectionToken token : server.handler().tokens()) {
            EXPECT_NE(shard.write_direct(shard.descriptor(token), token.index, two),
                      Written::refused);
        }
    });
    EXPECT_EQ(tcp.next_frame(), "one");
    EXPECT_EQ(tcp.next_frame(), large);
    EXPECT_EQ(browser.next(), "binary:one");
    EXPECT_EQ(browser.next(), "binary:" + large);
    // Nothing is kept for the next pass.
    EXPECT_TRUE(wait_for([&] { return two.use_count() == 1; }));
}

TEST(ShardTcp, WhatIsNoFrameIsRefusedAndTheConnectionEnds) {
    Server server{with_tcp()};
    server.serve();
    for (const std::string odd : {"GET / HTTP/1.1\r\n\r\n", "\x7f\xff\xff\xff", "\x80zzz"}) {
        Client client{server.group.port(1)};
        client.send(tcp::frame("before") + odd);
        EXPECT_EQ(client.next_frame(), "before");
        EXPECT_EQ(client.next_frame(), "refused FRAME_TOO_LARGE");
        EXPECT_EQ(client.next_frame(), "end");
    }
    EXPECT_EQ(server.counters().refused_frames.value(), 3U);
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 3; }));
}

TEST(ShardTcp, AFrameWhoseRestDoesNotComeIsRefused) {
    Options options = with_tcp();
    options.within.message = Millis{60};
    Server server{options};
    server.serve();
    Client client{server.group.port(1)};
    client.send(tcp::frame("whole") + '\0');
    EXPECT_EQ(client.next_frame(), "whole");
    EXPECT_EQ(client.next_frame(), "refused TIMEOUT");
    EXPECT_EQ(client.next_frame(), "end");
    EXPECT_EQ(server.counters().refused_slow.value(), 1U);
}

TEST(ShardTcp, ClosingWritesWhatWaitsAndThenEndsTheStream) {
    Server server{with_tcp()};
    server.serve();
    Client client{server.group.port(1), 2'048};
    const std::string payload(300'000, 'w');
    server.handler().message_hook = {};
    ASSERT_TRUE(wait_for([&] { return server.handler().opened == 1; }));
    server.on_shard([&](Shard& shard) {
        const ConnectionToken token = server.handler().tokens().front();
        EXPECT_EQ(shard.send(token, payload), Written::kept);
        EXPECT_EQ(shard.send(token, "bye"), Written::kept);
        shard.close(token, 4'205, "draining");
        EXPECT_FALSE(shard.alive(token));
    });
    EXPECT_EQ(client.next_frame(), payload);
    EXPECT_EQ(client.next_frame(), "bye");
    EXPECT_EQ(client.next_frame(), "end");
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 1; }));
}

TEST(ShardTcp, AFullShardSaysSo) {
    Options options = with_tcp();
    options.connections_max = 1;
    Server server{options};
    server.serve();
    Client first{server.group.port(1)};
    first.send(tcp::frame("in"));
    EXPECT_EQ(first.next_frame(), "in");
    Client second{server.group.port(1)};
    EXPECT_EQ(second.next_frame(), "refused SHARD_FULL");
    EXPECT_EQ(second.next_frame(), "end");
    EXPECT_EQ(server.handler().opened, 1);
}

}  // namespace
}  // namespace stentor::net
