#include "net/http/response.h"

#include <gtest/gtest.h>

namespace stentor::net::http {
namespace {

constexpr Time kNow = from_ms(784'111'777'000);  // RFC 9110 section 5.6.7's example

TEST(Response, SaysLengthKindAndDate) {
    Response response{.content_type = "text/html", .body = share("<p>")};
    response.headers.push_back({.name = "ETag", .value = "\"1\""});
    EXPECT_EQ(head_of(response, true, kNow),
              "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 3\r\n"
              "Content-Type: text/html\r\nETag: \"1\"\r\nConnection: keep-alive\r\n\r\n");
}

TEST(Response, SaysNoLengthWhereThereIsNoBody) {
    EXPECT_EQ(head_of({.status = 304}, false, kNow).find("Content-Length"), std::string::npos);
    EXPECT_EQ(head_of({.status = 204}, false, kNow).find("Content-Length"), std::string::npos);
    EXPECT_NE(head_of({.status = 404}, false, kNow).find("Content-Length: 0"), std::string::npos);
}

TEST(Response, LeavesOutHeadersWithLineBreaks) {
    Response response;
    response.headers.push_back({.name = "Location", .value = "/x\r\nSet-Cookie: a=b"});
    EXPECT_EQ(head_of(response, false, kNow).find("Set-Cookie"), std::string::npos);
}

TEST(Response, SaysWhenToComeBack) {
    const std::string head = head_of(plain(503, "full", Millis{1'001}), false, kNow);
    EXPECT_TRUE(head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_NE(head.find("Retry-After: 2\r\n"), std::string::npos);
    EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos);
}

TEST(Response, ARefusalForATimeAlwaysSaysWhenToComeBack) {
    const auto waits = [](const Response& response) {
        const std::string head = head_of(response, true, kNow);
        const std::string_view name = "Retry-After: ";
        const std::size_t at = head.find(name);
        if (at == std::string::npos) return std::string{};
        EXPECT_EQ(head.find(name, at + 1), std::string::npos) << "once";
        return head.substr(at + name.size(), head.find("\r\n", at) - at - name.size());
    };
    for (const unsigned status : {429U, 503U}) {
        EXPECT_EQ(waits({.status = status}), "5");
        EXPECT_EQ(waits(plain(status, "busy")), "5");
        EXPECT_EQ(waits(plain(status, "busy", Millis{60'000})), "60");
    }
    for (const unsigned status : {200U, 403U, 404U, 500U}) EXPECT_EQ(waits({.status = status}), "");
}

}  // namespace
}  // namespace stentor::net::http
