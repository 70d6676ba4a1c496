#include "net/access/address.h"

#include <gtest/gtest.h>

namespace stentor::net::access {
namespace {

TEST(Address, IsWrittenAsItWasRead) {
    for (const char* text : {"192.0.2.7", "0.0.0.0", "2001:db8::1", "::1", "::"}) {
        const auto address = parse_address(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(shown(*address), text);
    }
}

TEST(Address, AMappedOneIsTheFourByteOne) {
    EXPECT_EQ(parse_address("::ffff:192.0.2.7"), parse_address("192.0.2.7"));
    EXPECT_EQ(shown(*parse_address("::ffff:192.0.2.7")), "192.0.2.7");
}

TEST(Address, AnythingElseIsNone) {
    for (const char* text : {"", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:80",
                             "[::1]", "fe80::1%lo", " 1.2.3.4", "01.2.3.4"}) {
        EXPECT_FALSE(parse_address(text)) << text;
    }
    EXPECT_FALSE(parse_address(std::string(1'000, ':')));
}

TEST(Networks, ContainWhatSharesTheirPrefix) {
    Networks networks;
    ASSERT_TRUE(networks.add("10.1.0.0/16"));
    ASSERT_TRUE(networks.add("192.0.2.7"));
    ASSERT_TRUE(networks.add("fd00::/9"));
    const auto contains = [&](const char* text) { return networks.contains(*parse_address(text)); };
    EXPECT_TRUE(contains("10.1.255.255"));
    EXPECT_FALSE(contains("10.2.0.0"));
    EXPECT_TRUE(contains("192.0.2.7"));
    EXPECT_FALSE(contains("192.0.2.6"));
    EXPECT_TRUE(contains("fd7f::1"));
    EXPECT_FALSE(contains("fd80::1"));
    EXPECT_FALSE(contains("::ffff:11.1.0.1"));
}

TEST(Networks, AllOfIPv4IsNotAllOfIPv6) {
    Networks networks;
    ASSERT_TRUE(networks.add("0.0.0.0/0"));
    EXPECT_TRUE(networks.contains(*parse_address("198.51.100.1")));
    EXPECT_FALSE(networks.contains(*parse_address("2001:db8::1")));
}

TEST(Networks, WhatIsNoNetworkIsRefused) {
    Networks networks;
    for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                             "10.0.0.1/8", "fd00::/129", "proxy.example"}) {
        EXPECT_FALSE(networks.add(text)) << text;
    }
    EXPECT_TRUE(networks.empty());
}

}  // namespace
}  // namespace stentor::net::access
