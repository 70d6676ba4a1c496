#include "net/ws/handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace stentor::net::ws {
namespace {

Handshake good() {
    return {.method = "GET",
            .http_version = 11,
            .host = "chat.example:8080",
            .upgrade = "websocket",
            .connection = "Upgrade",
            .version = "13",
            .key = "dGhlIHNhbXBsZSBub25jZQ==",
            .protocol = "stentor.v1",
            .origin = std::nullopt};
}

unsigned status_of(const std::function<void(Handshake&)>& change,
                   const std::vector<std::string>& origins = {}) {
    Handshake handshake = good();
    change(handshake);
    return judge(handshake, origins).status;
}

// RFC 6455 section 1.3
TEST(Handshake, AcceptsTheKeyOfTheStandard) {
    EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, TakesWhatBrowsersSend) {
    EXPECT_EQ(status_of([](Handshake&) {}), 101U);
    EXPECT_EQ(status_of([](Handshake& h) { h.connection = "keep-alive, Upgrade"; }), 101U);
    EXPECT_EQ(status_of([](Handshake& h) { h.connection = "uPGRADE"; }), 101U);
    EXPECT_EQ(status_of([](Handshake& h) { h.upgrade = "WebSocket"; }), 101U);
    EXPECT_EQ(status_of([](Handshake& h) { h.protocol = "other.v2, stentor.v1"; }), 101U);
}

TEST(Handshake, RefusesWhatIsNoHandshake) {
    const std::vector<std::pair<unsigned, std::function<void(Handshake&)>>> cases{
        {405, [](Handshake& h) { h.method = "POST"; }},
        {400, [](Handshake& h) { h.http_version = 10; }},
        {400, [](Handshake& h) { h.host = std::nullopt; }},
        {400, [](Handshake& h) { h.host = ""; }},
        {400, [](Handshake& h) { h.upgrade = std::nullopt; }},
        {400, [](Handshake& h) { h.upgrade = "h2c"; }},
        {400, [](Handshake& h) { h.connection = std::nullopt; }},
        {400, [](Handshake& h) { h.connection = "keep-alive"; }},
        {400, [](Handshake& h) { h.connection = "not-upgrade"; }},
        {426, [](Handshake& h) { h.version = std::nullopt; }},
        {426, [](Handshake& h) { h.version = "8"; }},
        {426, [](Handshake& h) { h.version = "13, 8"; }},
        {400, [](Handshake& h) { h.key = std::nullopt; }},
        {400, [](Handshake& h) { h.key = ""; }},
        {400, [](Handshake& h) { h.key = "c2hvcnQ="; }},
        {400, [](Handshake& h) { h.key = "dGhlIHNhbXBsZSBub25jZXh4"; }},
        {400, [](Handshake& h) { h.key = "dGhlIHNhbXBsZSBub25j!Q=="; }},
        {400, [](Handshake& h) { h.key = "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="; }},
        {400, [](Handshake& h) { h.protocol = std::nullopt; }},
        {400, [](Handshake& h) { h.protocol = "stentor.v2"; }},
        {400, [](Handshake& h) { h.protocol = "Stentor.V1"; }},
    };
    for (std::size_t i = 0; i < cases.size(); ++i) {
        EXPECT_EQ(status_of(cases[i].second), cases[i].first) << "case " << i;
    }
}

TEST(Handshake, WithoutAListTheOriginMustBeTheHost) {
    const auto from = [](std::string_view origin, std::string_view host) {
        return status_of([=](Handshake& h) {
            h.origin = origin;
            h.host = host;
        });
    };
    EXPECT_EQ(from("http://chat.example:8080", "chat.example:8080"), 101U);
    EXPECT_EQ(from("https://chat.example", "chat.example"), 101U);
    EXPECT_EQ(from("https://chat.example", "Chat.Example:443"), 101U);
    EXPECT_EQ(from("http://chat.example", "chat.example:80"), 101U);
    EXPECT_EQ(from("https://evil.example", "chat.example"), 403U);
    EXPECT_EQ(from("https://chat.example.evil", "chat.example"), 403U);
    EXPECT_EQ(from("https://chat.example:444", "chat.example"), 403U);
    EXPECT_EQ(from("null", "chat.example"), 403U);
    EXPECT_EQ(from("", "chat.example"), 403U);
    EXPECT_EQ(from("file://chat.example", "chat.example"), 403U);
}

TEST(Handshake, AListOfOriginsIsExactAndStandsBesideTheOwnOne) {
    const std::vector<std::string> origins{"https://app.example", "https://other.example:8443"};
    const auto from = [&](std::string_view origin) {
        return status_of([=](Handshake& h) { h.origin = origin; }, origins);
    };
    EXPECT_EQ(from("https://app.example"), 101U);
    EXPECT_EQ(from("https://other.example:8443"), 101U);
    EXPECT_EQ(from("http://app.example"), 403U);
    EXPECT_EQ(from("https://app.example.evil"), 403U);
    EXPECT_EQ(from("http://chat.example:8080"), 101U);
    EXPECT_EQ(from("http://chat.example.evil:8080"), 403U);
    // No browser: nothing to protect it from.
    EXPECT_EQ(status_of([](Handshake&) {}, origins), 101U);
}

TEST(Handshake, AClientUnderstandsTheAnswer) {
    const std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
    const std::string answer = accepted(key);
    for (std::size_t cut = 0; cut < answer.size(); ++cut) {
        EXPECT_EQ(answer_bytes(std::string_view{answer}.substr(0, cut), key), std::nullopt);
    }
    EXPECT_EQ(answer_bytes(answer + "frames", key), answer.size());
    EXPECT_EQ(answer_bytes(answer, "AAAAAAAAAAAAAAAAAAAAAA=="), 0U);
    EXPECT_EQ(answer_bytes("HTTP/1.1 503 Service Unavailable\r\n\r\n", key), 0U);
}

TEST(Handshake, AClientOfAnotherServerOffersNoSubprotocolAndTakesNone) {
    const std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
    const std::string plain = request("a.example", "/watch", key, {}, {});
    EXPECT_FALSE(plain.contains("Protocol"));
    EXPECT_TRUE(plain.starts_with("GET /watch HTTP/1.1\r\n"));
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        accept_key(key) + "\r\n\r\n";
    EXPECT_EQ(answer_bytes(answer, key, {}), answer.size());
    EXPECT_EQ(answer_bytes(answer, key), 0U);
    EXPECT_EQ(answer_bytes(accepted(key), key, {}), 0U);
}

TEST(PermessageDeflate, StandsInTheAnswer) {
    EXPECT_THAT(accepted("dGhlIHNhbXBsZSBub25jZQ==", "permessage-deflate"),
                testing::HasSubstr("\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"));
    EXPECT_THAT(accepted("dGhlIHNhbXBsZSBub25jZQ=="),
                testing::Not(testing::HasSubstr("Extensions")));
}

TEST(PermessageDeflate, IsAgreedToWithoutContextTakeover) {
    const std::string plain =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    for (const std::string_view offer :
         {"permessage-deflate", "permessage-deflate; client_max_window_bits",
          "permessage-deflate;client_max_window_bits=10 ; server_no_context_takeover",
          "permessage-deflate; client_no_context_takeover", "x-other, permessage-deflate",
          "permessage-deflate; server_max_window_bits=9, permessage-deflate"}) {
        EXPECT_EQ(permessage_deflate(offer), plain) << offer;
    }
    EXPECT_EQ(permessage_deflate("permessage-deflate; server_max_window_bits=\"15\""),
              plain + "; server_max_window_bits=13");
}

TEST(PermessageDeflate, AnOfferThatCannotBeMetIsDeclined) {
    for (const std::string_view offer :
         {"", ",", "x-webkit-deflate-frame", "permessage-deflate; mystery",
          "permessage-deflate; server_max_window_bits=12",
          "permessage-deflate; server_max_window_bits",
          "permessage-deflate; server_max_window_bits=16",
          "permessage-deflate; server_max_window_bits=013",
          "permessage-deflate; client_max_window_bits=7",
          "permessage-deflate; client_max_window_bits=",
          "permessage-deflate; server_no_context_takeover=1",
          "permessage-deflate; client_no_context_takeover; client_no_context_takeover"}) {
        EXPECT_EQ(permessage_deflate(offer), "") << offer;
    }
}

}  // namespace
}  // namespace stentor::net::ws
