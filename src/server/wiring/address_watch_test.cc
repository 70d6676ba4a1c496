#include "server/wiring/address_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>

#include "api/http/settings_test_kit.h"
#include "api/operator/address_bans.h"
#include "bus/bus_test_kit.h"
#include "net/loopback.h"

namespace stentor::server {
namespace {

using net::testing::Client;
using net::testing::wait_for;

// A record whose settings can be read, or not.
class SettingsBus final : public bus::QuestionsBus {
public:
    void ask(PartitionId /*partition*/, bus::Question question, bus::ReplyHandler reply) override {
        ++looks;
        if (fails) return reply(std::unexpected(Error{.code = Code::store_unavailable}));
        const std::lock_guard lock{mutex_};
        reply(*settings_.answer(question));
    }

    void ban(const std::string& network, Millis lasts) {
        const api::AddressBan ban{.network = *net::access::parse_network(network),
                                  .reason = "r",
                                  .created = now(),
                                  .ends = now() + lasts};
        const std::lock_guard lock{mutex_};
        settings_.rows[api::setting_of(ban.network)] = api::to_setting(ban);
    }
    void end_bans() {
        const std::lock_guard lock{mutex_};
        settings_.rows.clear();
    }

    std::atomic<bool> fails{};
    std::atomic<int> looks{};

private:
    std::mutex mutex_;
    api::KeptSettings settings_;
};

TEST(AddressWatch, KeepsTheShardsAsTheRecordIs) {
    SettingsBus bus;
    net::testing::Server server;
    AddressWatch watch{bus, server.group};
    const auto status = [&] { return Client(server.group.port(), 0, "127.0.0.9").handshake(); };
    bus.ban("127.0.0.9", Millis{600'000});
    watch.start();
    server.serve();
    EXPECT_EQ(status(), 403) << "the first who comes";

    bus.end_bans();
    EXPECT_TRUE(wait_for([&] { return status() == 101; }));
    Client in{server.group.port(), 0, "127.0.0.9"};
    ASSERT_EQ(in.handshake(), 101);
    bus.ban("127.0.0.8/30", Millis{600'000});
    EXPECT_EQ(in.next(), "binary:refused BANNED");
    watch.stop();
}

TEST(AddressWatch, WhileTheRecordCannotBeReadTheFormerBansHold) {
    SettingsBus bus;
    net::testing::Server server;
    AddressWatch watch{bus, server.group};
    bus.ban("127.0.0.9", Millis{600'000});
    watch.start();
    server.serve();
    bus.fails = true;
    bus.end_bans();
    const int looked = bus.looks;
    ASSERT_TRUE(wait_for([&] { return bus.looks > looked + 1; }));
    EXPECT_EQ(Client(server.group.port(), 0, "127.0.0.9").handshake(), 403);
    bus.fails = false;
    EXPECT_TRUE(
        wait_for([&] { return Client(server.group.port(), 0, "127.0.0.9").handshake() == 101; }));
    watch.stop();
}

}  // namespace
}  // namespace stentor::server
