// What a shard holds for clients that do not read, or are too many.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "net/loopback.h"

namespace stentor::net {
namespace {

using testing::Client;
using ::testing::ContainsRegex;
using testing::pushed;
using testing::Server;
using testing::wait_for;

constexpr int kTinyBuffer = 2'048;  // A client that takes next to nothing.

ConnectionToken only(Server& server) { return server.handler().tokens().front(); }

// Writes replies until the socket is full and one is kept. Returns how many were taken in all.
int fill(Server& server, const std::string& payload) {
    int taken = 0;
    server.on_shard([&](Shard& shard) {
        Written written = Written::whole;
        for (; written == Written::whole; ++taken) written = shard.send(only(server), payload);
        EXPECT_EQ(written, Written::kept);
        EXPECT_TRUE(shard.waiting(only(server)));
    });
    return taken;
}

TEST(ShardLimits, ABacklogHasFewPlacesAndIsWrittenInOrder) {
    Server server;
    server.serve();
    Client client{server.group.port(), kTinyBuffer};
    ASSERT_EQ(client.handshake(), 101);
    const std::string payload(8'000, 'r');
    int replies = fill(server, payload);
    const SharedPush frame = pushed({"shared"});
    server.on_shard([&](Shard& shard) {
        const ConnectionToken who = only(server);
        EXPECT_EQ(shard.write(who, frame), Written::kept);
        EXPECT_EQ(shard.write(who, frame), Written::refused);
        // The hot path notices by itself that something waits.
        EXPECT_EQ(shard.write_direct(shard.descriptor(who), who.index, frame), Written::refused);
        Written written = Written::kept;
        while ((written = shard.send(who, payload)) == Written::kept) ++replies;
        EXPECT_EQ(written, Written::refused);
    });
    EXPECT_EQ(server.handler().drained, 0);
    int shared = 0;
    for (int i = 0; i < replies + 1; ++i) {
        const std::string event = client.next();
        if (event == "binary:shared") {
            ++shared;
        } else {
            ASSERT_EQ(event, "binary:" + payload);
        }
    }
    EXPECT_EQ(shared, 1);
    EXPECT_TRUE(wait_for([&] { return server.handler().drained == 1; }));
    EXPECT_EQ(server.counters().pinned_bytes.value(), 0U);
    server.on_shard([&](Shard& shard) {
        const ConnectionToken who = only(server);
        EXPECT_FALSE(shard.waiting(who));
        EXPECT_EQ(shard.write_direct(shard.descriptor(who), who.index, frame), Written::whole);
    });
    EXPECT_EQ(client.next(), "binary:shared");
}

TEST(ShardLimits, AHalfWrittenSharedFrameArrivesWhole) {
    Server server;
    server.serve();
    Client client{server.group.port(), kTinyBuffer};
    ASSERT_EQ(client.handshake(), 101);
    std::string payload(3'000'000, '\0');
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(i * 31);
    const SharedPush frame = pushed({payload});
    server.on_shard([&](Shard& shard) {
        const ConnectionToken who = only(server);
        EXPECT_EQ(shard.write_direct(shard.descriptor(who), who.index, frame), Written::kept);
    });
    EXPECT_EQ(frame.use_count(), 2);  // Pinned, not copied.
    // A ping in between must not break into the frame.
    client.send(ws::client_frame(ws::Opcode::ping, "p", 1));
    EXPECT_EQ(client.next(), "binary:" + payload);
    EXPECT_EQ(client.next(), "pong:p");
    EXPECT_TRUE(wait_for([&] { return server.handler().drained == 1; }));
    EXPECT_EQ(frame.use_count(), 1);
}

TEST(ShardLimits, AReaderThatIsStuckIsClosedAndWhatItHeldIsFreed) {
    Options options;
    options.within.stuck = Millis{100};
    options.within.close = Millis{100};
    Server server{options};
    server.serve();
    Client client{server.group.port(), kTinyBuffer};
    ASSERT_EQ(client.handshake(), 101);
    fill(server, std::string(60'000, 's'));
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 1; }));
    EXPECT_EQ(server.counters().dropped_stuck.value(), 1U);
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 0; }));
    EXPECT_EQ(server.counters().pinned_bytes.value(), 0U);
    EXPECT_EQ(server.counters().backlogs.value(), 0U);
    // Not a mere close, after which the kernel would keep trying with what it holds.
    EXPECT_TRUE(client.is_reset());
}

TEST(ShardLimits, AReaderThatWakesUpReadsWhyItWasClosed) {
    Options options;
    options.within.stuck = Millis{100};
    Server server{options};
    server.serve();
    Client client{server.group.port(), kTinyBuffer};
    ASSERT_EQ(client.handshake(), 101);
    const std::string payload(10'000, 'r');
    fill(server, payload);
    server.on_shard([&](Shard& shard) {
        for (int i = 0; i < 3; ++i) EXPECT_EQ(shard.send(only(server), payload), Written::kept);
    });
    ASSERT_TRUE(wait_for([&] { return server.handler().closed == 1; }));
    EXPECT_EQ(server.handler().stuck, 1);
    // Whole frames only; those that had not begun are left out.
    std::string event = client.next();
    for (; event.starts_with("binary:r") && event != "binary:refused SLOW_CONSUMER";
         event = client.next()) {
        ASSERT_EQ(event, "binary:" + payload);
    }
    EXPECT_EQ(event, "binary:refused SLOW_CONSUMER");
    EXPECT_EQ(client.next(), "close:4104:SLOW_CONSUMER");
}

TEST(ShardLimits, AReaderThatTakesTooLittleIsClosed) {
    Options options;
    options.within.stuck = Millis{200};
    options.slow_bytes = 4'000'000;
    Server server{options};
    server.serve();
    Client client{server.group.port(), kTinyBuffer};
    ASSERT_EQ(client.handshake(), 101);
    const SharedPush frame = pushed({std::string(5'000'000, 's')});
    server.on_shard(
        [&](Shard& shard) { EXPECT_EQ(shard.write(only(server), frame), Written::kept); });
    // It always takes a little.
    while (server.handler().closed == 0 && client.read_bytes(40'000).size() == 40'000) {
        std::this_thread::sleep_for(Millis{20});
    }
    EXPECT_EQ(server.counters().dropped_slow.value(), 1U);
    EXPECT_EQ(server.counters().dropped_stuck.value(), 0U);
}

TEST(ShardLimits, StuckReadersHoldBackNobodyElse) {
    Options options;
    options.within.stuck = Millis{300};
    options.within.close = Millis{100};
    Server server{options};
    server.serve();
    constexpr int kStuck = 30;
    constexpr int kFrames = 100;
    std::vector<Client> stuck;
    std::vector<Client> readers;
    for (int i = 0; i < kStuck; ++i) {
        stuck.emplace_back(server.group.port(), kTinyBuffer);
        ASSERT_EQ(stuck.back().handshake(), 101);
    }
    for (int i = 0; i < 5; ++i) {
        readers.emplace_back(server.group.port());
        ASSERT_EQ(readers.back().handshake(), 101);
    }
    ASSERT_TRUE(wait_for([&] { return server.handler().opened == kStuck + 5; }));
    std::uint64_t pinned_max = 0;
    for (int n = 0; n < kFrames; ++n) {
        std::string payload(20'000, 'x');
        payload += std::to_string(n);
        const SharedPush frame = pushed({payload});
        server.on_shard([&](Shard& shard) {
            for (const ConnectionToken who : server.handler().tokens()) {
                static_cast<void>(shard.write_direct(shard.descriptor(who), who.index, frame));
            }
        });
        pinned_max = std::max(pinned_max, server.counters().pinned_bytes.value());
        for (Client& reader : readers) ASSERT_EQ(reader.next(), "binary:" + payload);
    }
    // A frame each at most, however many were pushed.
    EXPECT_LE(pinned_max, kStuck * 20'100U);
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 5; }));
    EXPECT_EQ(server.counters().dropped_stuck.value(), static_cast<std::uint64_t>(kStuck));
    EXPECT_EQ(server.counters().pinned_bytes.value(), 0U);
}

TEST(ShardLimits, AReaderThatIsOnlySlowIsNot) {
    Options options;
    options.within.stuck = Millis{150};
    Server server{options};
    server.serve();
    Client client{server.group.port(), kTinyBuffer};
    ASSERT_EQ(client.handshake(), 101);
    const SharedPush frame = pushed({std::string(300'000, 's')});
    server.on_shard(
        [&](Shard& shard) { EXPECT_EQ(shard.write(only(server), frame), Written::kept); });
    std::size_t left = frame->bytes().size();
    while (left > 0) {
        const std::size_t piece = std::min<std::size_t>(left, 40'000);
        ASSERT_EQ(client.read_bytes(piece).size(), piece);
        left -= piece;
        std::this_thread::sleep_for(Millis{50});
    }
    EXPECT_EQ(server.handler().closed, 0);
}

TEST(ShardLimits, HalfFramesStayWithinTheBudget) {
    Options options;
    options.pinned_bytes_max = 100'000;
    Server server{options};
    server.serve();
    Client client{server.group.port(), kTinyBuffer};
    ASSERT_EQ(client.handshake(), 101);
    const SharedPush frame = pushed({std::string(2'000'000, 'x')});
    server.on_shard([&](Shard& shard) {
        EXPECT_EQ(shard.write(only(server), frame), Written::refused);
        EXPECT_FALSE(shard.alive(only(server)));
    });
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 1; }));
    EXPECT_EQ(server.counters().dropped_budget.value(), 1U);
    EXPECT_EQ(server.counters().pinned_bytes.value(), 0U);
}

// Nothing waits for it, so no backlog that empties will tell: its socket does.
TEST(ShardLimits, WhoIsRefusedForTheBudgetIsToldOnceItsSocketHasRoom) {
    Options options;
    options.pinned_bytes_max = 0;
    Server server{options};
    server.serve();
    // A socket is full when a piece of the kernel's is, which may be in the middle of a message:
    // then the connection is lost. Of such small ones it is between two before long.
    for (unsigned tries = 1; tries < 60; ++tries) {
        Client client{server.group.port(), kTinyBuffer};
        ASSERT_EQ(client.handshake(), 101);
        ASSERT_TRUE(wait_for([&] { return server.handler().tokens().size() == 1; }));
        const ConnectionToken who = only(server);
        std::minstd_rand random{tries};
        const auto payload = [&] { return std::string(random() % 2, 'r'); };
        int taken = 0;
        bool whole = false;
        server.on_shard([&](Shard& shard) {
            while (shard.send(who, payload()) == Written::whole) ++taken;
            whole = shard.alive(who);
            EXPECT_FALSE(shard.waiting(who));
        });
        if (!whole) {
            client.hang_up();
            ASSERT_TRUE(wait_for([&] { return server.handler().tokens().empty(); }));
            continue;
        }
        EXPECT_EQ(server.handler().drained, 0);
        EXPECT_EQ(server.counters().refused_budget.value(), 1U);
        EXPECT_EQ(server.counters().refused_backlog.value(), 0U);
        random.seed(tries);
        for (int i = 0; i < taken; ++i) ASSERT_EQ(client.next(), "binary:" + payload());
        EXPECT_TRUE(wait_for([&] { return server.handler().drained == 1; }));
        server.on_shard([&](Shard& shard) { EXPECT_EQ(shard.send(who, "after"), Written::whole); });
        EXPECT_EQ(client.next(), "binary:after");
        EXPECT_EQ(server.handler().drained, 1);
        return;
    }
    FAIL() << "each socket stopped in the middle of a message";
}

TEST(ShardLimits, ACloseWaitsForWhatIsHalfWritten) {
    Server server;
    server.serve();
    Client client{server.group.port(), kTinyBuffer};
    ASSERT_EQ(client.handshake(), 101);
    const std::string payload(10'000, 'r');
    const int replies = fill(server, payload);
    server.on_shard([&](Shard& shard) { shard.close(only(server), 1'001, "drain"); });
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 1; }));
    for (int i = 0; i < replies; ++i) ASSERT_EQ(client.next(), "binary:" + payload);
    EXPECT_EQ(client.next(), "close:1001:drain");
}

TEST(ShardLimits, AFullShardRefusesWithATime) {
    Options options;
    options.connections_max = 2;
    Server server{options};
    server.serve();
    Client first{server.group.port()};
    Client second{server.group.port()};
    ASSERT_EQ(first.handshake(), 101);
    ASSERT_EQ(second.handshake(), 101);

    Client third{server.group.port()};
    third.send(ws::request("h", "/ws", Client::kKey));
    const std::string head = third.read_head();
    EXPECT_EQ(Client::status_of(head), 503);
    // A time of its own between the shortest and twice that.
    EXPECT_THAT(head, ContainsRegex("Retry-After: ([5-9]|10)\r\n"));
    EXPECT_TRUE(third.ends());
    third.hang_up();
    EXPECT_EQ(server.counters().refused_full.value(), 1U);
    EXPECT_EQ(server.counters().connections.value(), 2U);

    first.hang_up();
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 1; }));
    Client fourth{server.group.port()};
    EXPECT_EQ(fourth.handshake(), 101);
}

TEST(ShardLimits, AFloodOfRefusedOnesHoldsAFewDescriptorsOnly) {
    Options options;
    options.connections_max = 1;
    options.descriptors_reserve = 8;
    Server server{options};
    server.serve();
    Client inside{server.group.port()};
    ASSERT_EQ(inside.handshake(), 101);
    std::vector<Client> outside;
    outside.reserve(100);
    for (int i = 0; i < 100; ++i) outside.emplace_back(server.group.port());
    EXPECT_TRUE(wait_for([&] { return server.counters().refused_full.value() == 100; }));
    for (Client& client : outside) EXPECT_TRUE(client.ends());
    EXPECT_EQ(server.counters().connections.value(), 1U);
    inside.send_message("still here");
    EXPECT_EQ(inside.next(), "binary:still here");
}

}  // namespace
}  // namespace stentor::net
