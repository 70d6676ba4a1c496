#include "web_push/endpoint.h"

#include <gtest/gtest.h>

#include "base/push_limits.h"

namespace stentor::web_push {
namespace {

using net::access::Networks;
using net::access::parse_address;

Networks loopback() {
    Networks allow;
    EXPECT_TRUE(allow.add("127.0.0.1"));
    return allow;
}

TEST(Endpoint, OfAPushServiceIsTakenWithItsOrigin) {
    const auto endpoint = endpoint_of("https://push.example.net:8443/p/JzLQ3?a=1", {});
    ASSERT_TRUE(endpoint);
    EXPECT_EQ(endpoint->origin, "https://push.example.net:8443");
    EXPECT_EQ(endpoint->url, "https://push.example.net:8443/p/JzLQ3?a=1");
}

TEST(Endpoint, MustBeHttpsToSomewhereElse) {
    const std::string longest = "https://push.example.net/";
    const std::string too_long = longest + std::string(limits::kPushEndpointBytes, 'x');
    for (const std::string_view wrong : std::initializer_list<std::string_view>{
             "", "push.example.net", "http://push.example.net/p", "ftp://push.example.net/",
             "https://user:secret@push.example.net/", "https://push.example.net/#here",
             "https:///p", "https://push example/", "file:///etc/passwd", too_long}) {
        const auto endpoint = endpoint_of(wrong, {});
        ASSERT_FALSE(endpoint) << wrong;
        EXPECT_EQ(endpoint.error().code, Code::bad_field) << wrong;
        EXPECT_EQ(endpoint.error().where, "endpoint");
    }
    EXPECT_EQ(endpoint_of(too_long, {}).error().limit, limits::kPushEndpointBytes);
    for (const char* inside :
         {"https://127.0.0.1/p", "https://10.1.2.3/p", "https://[::1]/p", "https://[fd00::1]/",
          "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest/meta-data"}) {
        EXPECT_EQ(endpoint_of(inside, {}).error().code, Code::not_permitted) << inside;
    }
}

TEST(Endpoint, InsideMayBeAllowedThereWithoutTls) {
    EXPECT_TRUE(endpoint_of("https://127.0.0.1/p", loopback()));
    EXPECT_EQ(endpoint_of("http://127.0.0.1:8080/p", loopback())->origin, "http://127.0.0.1:8080");
    EXPECT_FALSE(endpoint_of("http://127.0.0.2/p", loopback()));
    EXPECT_FALSE(endpoint_of("http://localhost/p", loopback())) << "a name may lead anywhere";
    EXPECT_FALSE(endpoint_of("http://192.0.2.7/p", loopback()));
}

TEST(Endpoint, OnlyPublicAddressesAreConnectedTo) {
    for (const char* far :
         {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1", "64:ff9b::808:808"}) {
        EXPECT_TRUE(may_connect(*parse_address(far), {})) << far;
    }
    for (const char* near :
         {"0.0.0.0", "10.255.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1",
          "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
          "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"}) {
        EXPECT_FALSE(may_connect(*parse_address(near), {})) << near;
    }
    EXPECT_TRUE(may_connect(*parse_address("127.0.0.1"), loopback()));
}

}  // namespace
}  // namespace stentor::web_push
