// Several shards and all that stands behind them, over real sockets: one group whose members send,
// lose their connections and come back, one who takes nothing, and a drain at the end. The threads'
// sanitizer runs it.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <thread>

#include "load/bench/member.h"
#include "net/ws/frame.h"
#include "net/ws/handshake.h"
#include "server/wiring/memory_node_test_kit.h"
#include "store/memory/memory_store.h"
#include "wire/pb.h"

namespace stentor::server {
namespace {

using namespace std::chrono_literals;
using bench::Clock;

constexpr std::uint32_t kShards = 4;
constexpr std::size_t kMembers = 16;
constexpr std::size_t kMessages = 1'000;
constexpr std::uint64_t kFirstUid = 100;

std::string text_of(std::size_t n) { return std::string(500, 'x') + std::to_string(n); }

// Opens the group and never reads.
class StuckReader {
public:
    StuckReader(std::uint16_t port, std::uint64_t uid, GroupId gid)
        : socket_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        const int tiny = 1'024;
        setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) < 0) return;
        const std::string key = "c3RlbnRvciBhIGNyb3dkIQ==";
        say(net::ws::request("127.0.0.1", "/ws", key));
        char byte = 0;
        if (recv(socket_, &byte, 1, 0) != 1) return;  // It was answered.
        pb::ClientFrame frame;
        frame.set_request_id(1);
        frame.mutable_hello()->set_token(std::to_string(uid));
        frame.mutable_hello()->set_device(uid);
        frame.mutable_hello()->set_version(1);
        frame.mutable_hello()->add_resume()->set_gid(gid.value);
        say(net::ws::client_frame(net::ws::Opcode::binary, frame.SerializeAsString(), 7));
    }
    StuckReader(const StuckReader&) = delete;
    StuckReader& operator=(const StuckReader&) = delete;
    ~StuckReader() { close(socket_); }

private:
    void say(const std::string& bytes) const {
        EXPECT_EQ(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    int socket_;
};

class ShardsTest : public testing::Test {
protected:
    ShardsTest() {
        loop_.set_target("127.0.0.1", node_.shards.port());
        for (std::size_t i = 0; i < kMembers; ++i) {
            members_.push_back(std::make_unique<bench::Member>(
                world_, UserId{kFirstUid + i}, std::to_string(kFirstUid + i), true));
            members_.back()->start();
        }
    }
    ~ShardsTest() override {
        for (const auto& member : members_) member->stop();
    }
    ShardsTest(const ShardsTest&) = delete;
    ShardsTest& operator=(const ShardsTest&) = delete;

    void turn_until(const std::function<bool()>& done) {
        const auto end = Clock::now() + 60s;
        while (!done()) {
            ASSERT_LT(Clock::now(), end) << "nothing moves";
            loop_.turn(Millis{1});
        }
    }
    [[nodiscard]] bool all(bool (bench::Member::*are)() const) const {
        return std::ranges::all_of(members_, [&](const auto& m) { return ((*m).*are)(); });
    }

    store::MemoryStore store_;
    MemoryNode node_{store_,
                     {.workers = 2,
                      .committers = 2,
                      .groups = {.rate = {}, .staged_max = kMessages, .parked_max = kMessages}},
                     kShards};
    bench::Loop loop_{1};
    ledger::Ledger ledger_;
    bench::World world_{loop_, ledger_, std::make_shared<const client::Settings>()};
    std::vector<std::unique_ptr<bench::Member>> members_;
};

TEST_F(ShardsTest, KeepOneOrderThroughLostConnectionsAStuckReaderAndADrain) {
    turn_until([&] { return all(&bench::Member::connected); });
    members_[0]->create_group();
    turn_until([&] { return !members_[0]->creating(); });
    const GroupId gid = members_[0]->created();
    for (std::size_t i = 1; i < kMembers; ++i) members_[i]->join(gid);
    turn_until([&] { return all(&bench::Member::settled); });
    const StuckReader stuck{node_.shards.port(), kFirstUid, gid};

    std::mt19937 random{3};
    for (std::size_t said = 0; said < kMessages; ++said) {
        members_[random() % kMembers]->send(gid, text_of(said), Clock::now());
        if (said % 8 == 0) members_[random() % kMembers]->reconnect(Millis{5});
        for (int turns = 0; turns < 3; ++turns) loop_.turn(Millis{1});
    }
    // Whoever has not heard of the last entries yet holds themselves for settled.
    turn_until([&] { return all(&bench::Member::settled) && ledger_.check().clean(); });
    const ledger::Report report = ledger_.check();
    EXPECT_TRUE(report.clean()) << report.summary();
    EXPECT_EQ(report.ok, kMessages);
    EXPECT_GT(world_.lost_connections, kMessages / 16);

    std::atomic<bool> drained{false};
    std::thread drain{[&] {
        node_.gateway.drain(Millis{100}, Millis{5'000});
        drained = true;
    }};
    turn_until([&] { return drained.load(); });
    drain.join();
    EXPECT_FALSE(all(&bench::Member::connected));
}

}  // namespace
}  // namespace stentor::server
