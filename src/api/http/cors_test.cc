#include "api/http/cors.h"

#include <gtest/gtest.h>

namespace stentor::api {
namespace {

using net::http::Request;
using net::http::Response;

std::string header(const Response& response, std::string_view name) {
    for (const auto& header : response.headers) {
        if (header.name == name) return header.value;
    }
    return {};
}

Request asks(std::string origin, std::string method = "OPTIONS") {
    return {.method = std::move(method),
            .path = "/api/v1/sign-in",
            .headers = {{.name = "origin", .value = std::move(origin)},
                        {.name = "access-control-request-method", .value = "POST"}}};
}

TEST(Cors, AListedPageMaySignIn) {
    const Cors cors{{"https://chat.example", "http://localhost:5173"}};
    const auto answer = cors.preflight(asks("http://LocalHost:5173"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 204U);
    EXPECT_EQ(header(*answer, "Access-Control-Allow-Origin"), "http://LocalHost:5173");
    EXPECT_NE(header(*answer, "Access-Control-Allow-Headers").find("Content-Type"),
              std::string::npos);
    EXPECT_EQ(header(*answer, "Access-Control-Allow-Credentials"), "");
    EXPECT_EQ(header(*answer, "Vary"), "Origin");
}

TEST(Cors, AnotherPageMayNot) {
    const Cors cors{{"https://chat.example"}};
    for (const char* origin : {"https://chat.example.evil", "http://chat.example", "null"}) {
        const auto answer = cors.preflight(asks(origin));
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 403U) << origin;
        EXPECT_EQ(header(*answer, "Access-Control-Allow-Origin"), "") << origin;
        EXPECT_EQ(cors.allowed(asks(origin, "POST")), "") << origin;
    }
}

TEST(Cors, OtherRequestsAreNoPreflight) {
    const Cors cors{{"https://chat.example"}};
    EXPECT_FALSE(cors.preflight(asks("https://chat.example", "POST")));
    EXPECT_FALSE(cors.preflight({.method = "OPTIONS", .path = "/api/v1/me"}));
}

}  // namespace
}  // namespace stentor::api
