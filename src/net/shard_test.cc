// Shards over real sockets: messages, closing, the calls of a handler.

#include "net/shard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/tcp.h>

#include "net/loopback.h"

namespace stentor::net {
namespace {

using testing::Client;
using testing::Server;
using testing::wait_for;

Client opened(Server& server) {
    Client client{server.group.port()};
    EXPECT_EQ(client.handshake(), 101);
    return client;
}

TEST(Shard, EchoesMessages) {
    Server server;
    server.serve();
    Client client = opened(server);
    for (const std::size_t size : {0U, 5U, 126U, 65'536U}) {
        const std::string payload(size, 'e');
        client.send_message(payload);
        EXPECT_EQ(client.next(), "binary:" + payload);
    }
    EXPECT_EQ(server.handler().last_address(), "127.0.0.1");
    EXPECT_EQ(server.counters().messages_in.value(), 4U);
    EXPECT_EQ(server.counters().sockets.value(), 1U);
}

TEST(Shard, EchoesMessagesThatComeInAnyPieces) {
    Server server;
    server.serve();
    Client client = opened(server);
    const std::string frames = ws::client_frame(ws::Opcode::binary, "first", 1, false) +
                               ws::client_frame(ws::Opcode::ping, "between", 2) +
                               ws::client_frame(ws::Opcode::continuation, " second", 3) +
                               ws::client_frame(ws::Opcode::binary, "whole", 4);
    for (const char byte : frames) client.send({&byte, 1});
    EXPECT_EQ(client.next(), "pong:between");
    EXPECT_EQ(client.next(), "binary:first second");
    EXPECT_EQ(client.next(), "binary:whole");
}

TEST(Shard, TakesFramesThatComeWithTheHandshake) {
    Server server;
    server.serve();
    Client client{server.group.port()};
    client.send(ws::request("h", "/ws", Client::kKey) +
                ws::client_frame(ws::Opcode::binary, "early", 1));
    EXPECT_EQ(Client::status_of(client.read_head()), 101);
    EXPECT_EQ(client.next(), "binary:early");
}

TEST(Shard, SetsWhatSocketsNeedOnceOnTheListener) {
    Server server;
    server.serve();
    const Client client = opened(server);
    server.on_shard([&](Shard& shard) {
        const int descriptor = shard.descriptor(server.handler().tokens().front());
        const auto option = [descriptor](int level, int name) {
            int value = 0;
            socklen_t size = sizeof value;
            EXPECT_EQ(::getsockopt(descriptor, level, name, &value, &size), 0);
            return value;
        };
        EXPECT_EQ(option(SOL_SOCKET, SO_SNDBUF), 2 * limits::kSendBufferBytes);
        EXPECT_EQ(option(IPPROTO_TCP, TCP_NODELAY), 1);
        EXPECT_EQ(option(IPPROTO_TCP, TCP_USER_TIMEOUT), limits::kUserTimeout.count());
    });
}

TEST(Shard, AnswersAClose) {
    Server server;
    server.serve();
    Client client = opened(server);
    client.send(ws::client_close(4'001, "bye", 1));
    EXPECT_EQ(client.next(), "close:4001:");
    EXPECT_EQ(client.next(), "end");
    client.hang_up();
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 0; }));
    EXPECT_EQ(server.handler().closed, 1);
}

TEST(Shard, ClosesAfterWhatWasSent) {
    Server server;
    server.handler().message_hook = [&](ConnectionToken who, std::string_view bytes) {
        Shard& shard = *server.handler().shard;
        shard.send(who, bytes);
        shard.close(who, 1'001, "going");
        EXPECT_FALSE(shard.alive(who));
        EXPECT_EQ(shard.send(who, "late"), Written::refused);
    };
    server.serve();
    Client client = opened(server);
    client.send_message("last words");
    client.send_message("not read any more");
    EXPECT_EQ(client.next(), "binary:last words");
    EXPECT_EQ(client.next(), "close:1001:going");
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 1; }));
    EXPECT_EQ(server.counters().connections.value(), 1U);  // Until the peer has closed, too.
    client.send(ws::client_close(1'001, "", 1));
    EXPECT_EQ(client.next(), "end");
    EXPECT_EQ(server.handler().messages, 1);
}

TEST(Shard, APeerThatDoesNotAnswerACloseIsDropped) {
    Options options;
    options.within.close = Millis{50};
    Server server{options};
    server.handler().opened_hook = [&](ConnectionToken who) {
        server.handler().shard.load()->close(who, 1'008, "no");
    };
    server.serve();
    Client client = opened(server);
    EXPECT_EQ(client.next(), "close:1008:no");
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 0; }));
    EXPECT_TRUE(client.ends());
}

TEST(Shard, MalformedFramesGetTheRightCode) {
    const auto length = [](std::string_view bytes) { return std::string{bytes}; };
    const std::vector<std::pair<std::string, std::string>> cases{
        {ws::server_frame(ws::Opcode::binary, "unmasked"), "1002"},
        {std::string("\xc2\x80mask", 6), "1002"},
        {std::string("\x83\x80mask", 6), "1002"},
        {ws::client_frame(ws::Opcode::ping, "x", 1, false), "1002"},
        {ws::client_frame(ws::Opcode::continuation, "x", 1), "1002"},
        {length({"\x82\xfe\x00\x05mask12345", 13}), "1002"},
        {length({"\x82\xff\x80\0\0\0\0\0\0\0mask", 14}), "1002"},
        {ws::client_frame(ws::Opcode::close, "x", 1), "1002"},
        {ws::client_frame(ws::Opcode::text, "text", 1), "1003"},
        {ws::client_frame(ws::Opcode::text, "bad \xff", 1), "1007"},
        {ws::client_frame(ws::Opcode::binary, std::string(65'537, 'x'), 1), "1009"},
        {length({"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask", 14}), "1009"},
    };
    Server server;
    server.serve();
    for (std::size_t i = 0; i < cases.size(); ++i) {
        SCOPED_TRACE(i);
        Client client = opened(server);
        client.send(cases[i].first);
        EXPECT_TRUE(client.next().starts_with("close:" + cases[i].second + ":"));
        EXPECT_EQ(client.next(), "end");
    }
    EXPECT_TRUE(wait_for([&] { return server.counters().connections.value() == 0; }));
    EXPECT_EQ(server.counters().refused_frames.value(), cases.size());
    EXPECT_EQ(server.handler().closed, static_cast<int>(cases.size()));
    EXPECT_EQ(server.handler().messages, 0);
    EXPECT_EQ(server.handler().strays, 0);
}

TEST(Shard, APingFloodEndsWith1008) {
    Server server;
    server.serve();
    Client client = opened(server);
    std::string flood;
    for (int i = 0; i < 100; ++i) flood += ws::client_frame(ws::Opcode::ping, "p", 1);
    client.send(flood);
    std::string event = client.next();
    int pongs = 0;
    for (; event == "pong:p"; event = client.next()) ++pongs;
    EXPECT_TRUE(event.starts_with("close:1008:"));
    // The flood may fall into two seconds.
    EXPECT_LE(pongs, 2 * static_cast<int>(limits::kPingsPerSecond));
    EXPECT_EQ(server.counters().refused_flood.value(), 1U);
}

TEST(Shard, APausedConnectionGetsNoMessageUntilItIsResumed) {
    Server server;
    std::vector<std::string> seen;
    server.handler().message_hook = [&](ConnectionToken who, std::string_view bytes) {
        seen.emplace_back(bytes);
        server.handler().shard.load()->pause_reading(who);
    };
    server.serve();
    Client client = opened(server);
    const std::string large(60'000, 'l');
    std::string pipelined;
    for (const char* text : {"one", "two", "three"}) {
        pipelined += ws::client_frame(ws::Opcode::binary, text, 9);
    }
    client.send(pipelined + ws::client_frame(ws::Opcode::binary, large, 9));
    for (int expected = 1; expected <= 4; ++expected) {
        ASSERT_TRUE(wait_for([&] { return server.handler().messages == expected; }));
        std::this_thread::sleep_for(Millis{20});
        EXPECT_EQ(server.handler().messages, expected);
        server.on_shard(
            [&](Shard& shard) { shard.resume_reading(server.handler().tokens().front()); });
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"one", "two", "three", large}));
}

TEST(Shard, AHalfMessageHasADeadline) {
    Options options;
    options.within.message = Millis{60};
    Server server{options};
    server.serve();
    Client client = opened(server);
    const std::string frame = ws::client_frame(ws::Opcode::binary, "never finished", 1);
    client.send(frame.substr(0, 9));
    EXPECT_TRUE(client.next().starts_with("close:1008:"));
    // A finished one is under none, however long nothing follows.
    Client patient = opened(server);
    patient.send(frame.substr(0, 9));
    patient.send(frame.substr(9));
    EXPECT_EQ(patient.next(), "binary:never finished");
    EXPECT_EQ(patient.next(200), "nothing");
}

TEST(Shard, CallsTheDeadlineOnce) {
    Server server;
    server.handler().opened_hook = [&](ConnectionToken who) {
        server.handler().shard.load()->set_deadline(who, now() + Millis{40});
    };
    server.handler().deadline_hook = [&](ConnectionToken who) {
        server.handler().shard.load()->drop(who);
    };
    server.serve();
    Client client = opened(server);
    EXPECT_TRUE(client.ends());
    EXPECT_EQ(server.handler().deadlines, 1);
    EXPECT_EQ(server.handler().closed, 1);
}

TEST(Shard, AHandlerMayDropTheConnectionAtHand) {
    Server server;
    server.handler().message_hook = [&](ConnectionToken who, std::string_view /*bytes*/) {
        Shard& shard = *server.handler().shard;
        shard.drop(who);
        shard.drop(who);
        shard.close(who, 1'000, "");
        EXPECT_EQ(server.handler().closed, 0);
    };
    server.serve();
    Client client = opened(server);
    client.send_message("a");
    client.send_message("b");
    EXPECT_TRUE(client.ends());
    EXPECT_TRUE(wait_for([&] { return server.handler().closed == 1; }));
    EXPECT_EQ(server.handler().messages, 1);
}

TEST(Shard, StoppingClosesEverybodyOnce) {
    Server server;
    server.serve();
    std::vector<Client> clients;
    clients.reserve(20);
    for (int i = 0; i < 20; ++i) clients.push_back(opened(server));
    server.group.stop();
    EXPECT_EQ(server.handler().closed, 20);
    EXPECT_EQ(server.handler().strays, 0);
    for (Client& client : clients) EXPECT_TRUE(client.ends());
    server.group.shard(0).post([] { FAIL() << "nobody runs this any more"; });
}

TEST(Shard, RepliesThatOneMailBringsLeaveInOneSegment) {
    Server server;
    server.serve();
    Client client = opened(server);
    ASSERT_TRUE(wait_for([&] { return server.handler().opened == 1; }));
    const ConnectionToken token = server.handler().tokens().front();
    const auto segments = [&] {
        tcp_info info{};
        server.on_shard([&](Shard& shard) {
            socklen_t size = sizeof info;
            EXPECT_EQ(::getsockopt(shard.descriptor(token), IPPROTO_TCP, TCP_INFO, &info, &size),
                      0);
        });
        return info.tcpi_data_segs_out;
    };
    const auto before = segments();
    server.on_shard([&](Shard& shard) {
        EXPECT_EQ(shard.send(token, "one"), Written::whole);
        EXPECT_EQ(shard.send(token, "two"), Written::whole);
        EXPECT_EQ(shard.send(token, "three"), Written::whole);
    });
    EXPECT_EQ(client.next(), "binary:one");
    EXPECT_EQ(client.next(), "binary:two");
    EXPECT_EQ(client.next(), "binary:three");
    EXPECT_EQ(segments() - before, 1U);

    // Nothing else is held back: whoever asks is answered within the same turn.
    client.send_message("four");
    EXPECT_EQ(client.next(), "binary:four");
    EXPECT_EQ(segments() - before, 2U);
}

TEST(Shard, MailRunsInOrderFromManyThreads) {
    Server server;
    server.serve();
    std::vector<std::vector<int>> seen(4);
    std::vector<std::thread> threads;
    threads.reserve(seen.size());
    std::atomic<int> ran{0};
    for (std::size_t thread = 0; thread < seen.size(); ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 1'000; ++i) {
                server.group.shard(0).post([&, thread, i] {
                    seen[thread].push_back(i);
                    ++ran;
                });
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_TRUE(wait_for([&] { return ran == 4'000; }));
    for (const auto& numbers : seen) EXPECT_TRUE(std::ranges::is_sorted(numbers));
}

}  // namespace
}  // namespace stentor::net
