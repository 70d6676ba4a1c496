// Several shards: one port, descriptor tables of their own, draining.

#include "net/shard_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <filesystem>

#include "base/limits.h"
#include "net/loopback.h"

namespace stentor::net {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::Server;
using testing::wait_for;

bool refused(std::uint16_t port) { return !Client{port}.connected(); }

std::uint64_t connections(Server& server) {
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < server.group.size(); ++i) {
        sum += server.group.counters(i).connections.value();
    }
    return sum;
}

TEST(ShardGroup, AllShardsShareThePortThatTheSystemChose) {
    Options options;
    options.shards = 4;
    Server server{options};
    server.serve();
    ASSERT_NE(server.group.port(), 0);
    std::vector<Client> clients;
    for (int i = 0; i < 200; ++i) {
        clients.emplace_back(server.group.port());
        ASSERT_EQ(clients.back().handshake(), 101);
    }
    for (std::uint32_t i = 0; i < options.shards; ++i) {
        EXPECT_GT(server.group.counters(i).sockets.value(), 0U) << "shard " << i;
    }
    EXPECT_EQ(connections(server), 200U);
}

TEST(ShardGroup, ATakenAddressIsAClearError) {
    Server server;
    server.serve();
    Options options;
    options.listeners[0].port = server.group.port();
    Server second{options};
    try {
        second.serve();
        FAIL() << "two servers share a port";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(),
                    HasSubstr("127.0.0.1 port " + std::to_string(server.group.port())));
        EXPECT_THAT(error.what(), HasSubstr("in use"));
    }
    Options odd;
    odd.listeners[0].address = "localhost";
    Server third{odd};
    EXPECT_THROW(third.serve(), std::runtime_error);
}

TEST(ShardGroup, SoManyListenersAndNoMore) {
    Options options;
    options.listeners.resize(limits::kListeners, options.listeners.front());
    Server most{options};
    most.serve();
    EXPECT_EQ(Client{most.group.port()}.handshake(), 101);
    options.listeners.push_back(options.listeners.front());
    try {
        const Server more{options};
        FAIL() << "more listeners than there are places";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(std::to_string(limits::kListeners)));
    }
}

TEST(ShardGroup, AfterDrainingNobodyListens) {
    Options options;
    options.shards = 3;
    Server server{options};
    server.serve();
    Client stays{server.group.port()};
    ASSERT_EQ(stays.handshake(), 101);
    Client talks{server.group.port()};
    talks.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(Client::status_of(talks.read_head()), 200);
    EXPECT_EQ(talks.read_bytes(6), "GET / ");

    server.group.stop_accepting();

    // If any table still held a listener, the kernel would go on accepting for it.
    EXPECT_TRUE(refused(server.group.port()));
    stays.send_message("served on");
    EXPECT_EQ(stays.next(), "binary:served on");
    talks.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(talks.read_head(), HasSubstr("Connection: close"));
    // The port can be had by another server at once.
    Options next;
    next.listeners[0].port = server.group.port();
    Server successor{next};
    successor.serve();
    EXPECT_EQ(Client{server.group.port()}.handshake(), 101);
}

// Linux shows a thread's table under its task.
std::size_t descriptors_of(pid_t thread) {
    const std::string folder = "/proc/self/task/" + std::to_string(thread) + "/fd";
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(folder)) ++count;
    return count;
}

TEST(ShardGroup, AShardsTableHoldsNothingOfTheOthers) {
    std::vector<int> opened_before;
    opened_before.reserve(50);
    for (int i = 0; i < 50; ++i) opened_before.push_back(::dup(0));
    Options options;
    options.shards = 2;
    Server server{options};
    server.serve();
    std::size_t held = 0;
    server.on_shard([&](Shard&) { held = descriptors_of(::gettid()); });
    // Standard streams, two wake-ups, epoll, the listener; and the folder that is being read.
    EXPECT_LE(held, 8U);
    for (const int descriptor : opened_before) ::close(descriptor);
}

TEST(ShardGroup, TheDescriptorLimitCountsPerShard) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit lowered{.rlim_cur = 128, .rlim_max = before.rlim_max};
    Options options;
    options.shards = 3;
    options.descriptors_reserve = 24;
    Server server{options};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
    server.serve();

    // Clients need tables of their own for the same reason.
    constexpr int kThreads = 2;
    constexpr int kEach = 100;
    std::atomic<int> in{0};
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            ASSERT_EQ(::unshare(CLONE_FILES), 0);
            std::vector<Client> clients;
            for (int n = 0; n < kEach; ++n) {
                clients.emplace_back(server.group.port());
                if (clients.back().handshake() == 101) ++in;
            }
            wait_for([&] { return done.load(); });
        });
    }
    EXPECT_TRUE(wait_for([&] { return connections(server) >= 180; }));
    EXPECT_GT(connections(server), lowered.rlim_cur);
    for (std::uint32_t i = 0; i < options.shards; ++i) {
        EXPECT_LE(server.group.counters(i).connections.value(), 128U - 24 - 3);
    }
    done = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_GE(in, 180);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(ShardGroup, TheGateLetsShardsInByTurns) {
    Options options;
    options.shards = 4;
    options.gate_slots = 1;
    Server server{options};
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::atomic<int> finished{0};
    for (const auto& each : server.handlers) {
        testing::EchoHandler* handler = each.get();
        auto slices = std::make_shared<int>(200);
        handler->turn_hook = [&, handler, slices] {
            if (*slices == 0) return false;
            Shard& shard = *handler->shard;
            if (!shard.enter_gate()) return false;
            most = std::max(most.load(), ++inside);
            --inside;
            shard.leave_gate();
            if (--*slices == 0) ++finished;
            return *slices > 0;
        };
    }
    server.serve();
    EXPECT_TRUE(wait_for([&] { return finished == 4; }));
    EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace stentor::net
