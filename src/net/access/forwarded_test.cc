#include "net/access/forwarded.h"

#include <gtest/gtest.h>

namespace stentor::net::access {
namespace {

std::string client(const char* peer, const char* forwarded_for) {
    Networks trusted;
    EXPECT_TRUE(trusted.add("10.0.0.0/8"));
    EXPECT_TRUE(trusted.add("fd00::/8"));
    return shown(client_of(*parse_address(peer), forwarded_for, trusted));
}

TEST(Forwarded, TheNewestAddressThatIsNoProxyIsTheClient) {
    EXPECT_EQ(client("10.0.0.1", "192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(client("10.0.0.1", "192.0.2.7, 10.0.0.2"), "192.0.2.7");
    EXPECT_EQ(client("10.0.0.1", "192.0.2.7,fd00::2 ,\t10.0.0.2"), "192.0.2.7");
    EXPECT_EQ(client("fd00::1", "2001:db8::9"), "2001:db8::9");
}

TEST(Forwarded, WhatAClientWroteItselfIsNotBelieved) {
    EXPECT_EQ(client("192.0.2.7", "203.0.113.1"), "192.0.2.7");
    EXPECT_EQ(client("10.0.0.1", "203.0.113.1, 192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(client("10.0.0.1", "10.0.0.9, 192.0.2.7"), "192.0.2.7");
}

TEST(Forwarded, WithoutAListThePeerIsTheClient) {
    EXPECT_EQ(client("10.0.0.1", ""), "10.0.0.1");
    EXPECT_EQ(client("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
}

TEST(Forwarded, WhatCannotBeReadEndsTheList) {
    for (const char* odd :
         {"unknown", "", " ", "_hidden", "192.0.2.7 192.0.2.8", "[fd00::1", "1.2.3.4.5:1"}) {
        EXPECT_EQ(client("10.0.0.1", ("203.0.113.1, " + std::string{odd}).c_str()), "10.0.0.1");
        EXPECT_EQ(client("10.0.0.1", (std::string{odd} + ",10.0.0.2").c_str()), "10.0.0.2");
    }
    EXPECT_EQ(client("10.0.0.1", ",,,"), "10.0.0.1");
}

TEST(Forwarded, APortIsNoPartOfAnAddress) {
    EXPECT_EQ(client("10.0.0.1", "192.0.2.7:5555"), "192.0.2.7");
    EXPECT_EQ(client("10.0.0.1", "[2001:db8::9]:5555"), "2001:db8::9");
    EXPECT_EQ(client("10.0.0.1", "[2001:db8::9]"), "2001:db8::9");
}

}  // namespace
}  // namespace stentor::net::access
