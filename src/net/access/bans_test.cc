#include "net/access/bans.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace stentor::net::access {
namespace {

constexpr Time kNow = from_ms(1'000'000);

Ban ban_of(const char* text, Millis lasts = Millis{1'000}) {
    return {.network = *parse_network(text), .ends = kNow + lasts};
}
Address address_of(const std::string& text) { return *parse_address(text); }

TEST(Bans, HoldWhoIsInANetworkUntilItsEnd) {
    const Bans bans{{ban_of("2001:db8::/32"), ban_of("192.0.2.7"), ban_of("10.1.0.0/16"),
                     ban_of("10.0.0.0/8", Millis{0}), ban_of("198.51.100.0/24")}};
    for (const char* in : {"192.0.2.7", "10.1.2.3", "198.51.100.255", "2001:db8:ffff::1"}) {
        EXPECT_TRUE(bans.hold(address_of(in), kNow)) << in;
        EXPECT_FALSE(bans.hold(address_of(in), kNow + Millis{1'000})) << in;
    }
    for (const char* out : {"192.0.2.6", "10.2.0.0", "198.51.101.0", "2001:db9::1", "::1"}) {
        EXPECT_FALSE(bans.hold(address_of(out), kNow)) << out;
    }
    EXPECT_FALSE(Bans{}.hold(address_of("192.0.2.7"), kNow));
}

TEST(Bans, SayWhatALinearSearchSays) {
    std::minstd_rand random{7};
    const auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
    const auto byte = [&](unsigned end) { return static_cast<std::uint8_t>(below(end)); };
    std::vector<Ban> all;
    for (int i = 0; i < 300; ++i) {
        const unsigned bits = 96 + 8 + below(25);
        const std::array<std::uint8_t, 4> bytes{byte(4), 0, byte(8), byte(256)};
        all.push_back(
            {.network = {.address = masked(from_v4(bytes.data()), bits), .prefix_bits = bits},
             .ends = kNow + Millis{static_cast<int>(below(3)) - 1}});
    }
    const Bans bans{all};
    int held = 0;
    for (int i = 0; i < 3'000; ++i) {
        const std::array<std::uint8_t, 4> bytes{byte(6), 0, byte(10), byte(256)};
        const Address address = from_v4(bytes.data());
        bool expected = false;
        for (const Ban& ban : all) {
            const bool in = masked(address, ban.network.prefix_bits) == ban.network.address;
            expected = expected || (in && ban.ends > kNow);
        }
        held += expected ? 1 : 0;
        ASSERT_EQ(bans.hold(address, kNow), expected) << shown(address);
    }
    EXPECT_GT(held, 100);
    EXPECT_LT(held, 2'900);
}

TEST(Bans, ANetworkThatIsNearlyEverybodyIsTooWide) {
    for (const char* wide : {"0.0.0.0/0", "128.0.0.0/1", "10.0.0.0/7", "::/0", "2000::/3", "::/16",
                             "::/64", "::ffff:0:0/96", "2000::/15"}) {
        const auto network = parse_network(wide);
        ASSERT_TRUE(network) << wide;
        EXPECT_TRUE(too_wide(*network)) << wide;
    }
    for (const char* right : {"10.0.0.0/8", "192.0.2.7", "2001::/16", "2001:db8::/64", "::1"}) {
        EXPECT_FALSE(too_wide(*parse_network(right))) << right;
    }
}

TEST(Networks, AreWrittenAsTheyWereRead) {
    for (const char* text : {"10.0.0.0/8", "192.0.2.7", "fd00::/8", "2001:db8::1", "0.0.0.0/0"}) {
        EXPECT_EQ(shown(*parse_network(text)), text);
    }
    EXPECT_EQ(shown(*parse_network("192.0.2.7/32")), "192.0.2.7");
    EXPECT_EQ(shown(*parse_network("::ffff:192.0.2.0/120")), "192.0.2.0/24");
}

}  // namespace
}  // namespace stentor::net::access
