#include "net/http/parser.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace stentor::net::http {
namespace {

using State = RequestParser::State;

constexpr std::string_view kPost =
    "POST /v1/login?next=%2F&x=1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
    "Content-Length: 11\r\n\r\nhello world";

// What came of it, and how much of the input was left.
struct Outcome {
    State state;
    unsigned status;
    std::string request;
    std::size_t left;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome feed_pieces(std::string_view bytes, std::size_t first, std::size_t then) {
    RequestParser parser;
    std::size_t piece = first;
    while (!bytes.empty() && parser.state() != State::whole && parser.state() != State::wrong) {
        const std::string copy{bytes.substr(0, piece)};
        std::span<const char> rest{copy};
        parser.feed(rest);
        bytes.remove_prefix(copy.size() - rest.size());
        piece = then;
    }
    Outcome outcome{parser.state(), parser.status(), {}, bytes.size()};
    if (parser.state() == State::whole) {
        const Request request = parser.take();
        outcome.request = request.method + " " + request.path + " ? " + request.query + " : ";
        for (const Header& header : request.headers) {
            outcome.request += header.name + "=" + header.value + ";";
        }
        outcome.request += " " + request.body;
    }
    return outcome;
}

// Whole, cut at every place, and byte by byte: the same.
Outcome feed(std::string_view bytes) {
    const Outcome whole = feed_pieces(bytes, bytes.size(), bytes.size());
    for (std::size_t cut = 1; cut < std::min<std::size_t>(bytes.size(), 2'000); ++cut) {
        EXPECT_EQ(feed_pieces(bytes, cut, bytes.size()), whole) << "cut at " << cut;
    }
    EXPECT_EQ(feed_pieces(bytes, 1, 1), whole);
    // What is left behind a refused request is nobody's.
    return whole;
}

unsigned status_of(std::string_view bytes) {
    const Outcome outcome = feed(bytes);
    EXPECT_EQ(outcome.state, State::wrong) << bytes;
    return outcome.status;
}

TEST(RequestParser, ReadsARequest) {
    const Outcome outcome = feed(kPost);
    EXPECT_EQ(outcome.state, State::whole);
    EXPECT_EQ(outcome.request,
              "POST /v1/login ? next=%2F&x=1 : host=h;content-type=application/json;"
              "content-length=11; hello world");
}

TEST(RequestParser, LeavesTheNextRequestAlone) {
    const std::string two = std::string{kPost} + "GET / HTTP/1.1\r\n";
    EXPECT_EQ(feed(two).left, 16U);
}

TEST(RequestParser, JoinsRepeatedHeaders) {
    const Outcome outcome =
        feed("GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nConnection: Upgrade\r\n\r\n");
    EXPECT_NE(outcome.request.find("connection=keep-alive, Upgrade;"), std::string::npos);
}

TEST(RequestParser, ReadsTargets) {
    EXPECT_TRUE(
        feed("GET http://h/a/b?c HTTP/1.1\r\nHost: h\r\n\r\n").request.starts_with("GET /a/b ? c"));
    EXPECT_TRUE(feed("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").request.starts_with("GET / ? "));
    EXPECT_TRUE(feed("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").request.starts_with("OPTIONS * ? "));
    EXPECT_TRUE(feed("GET /?a=http://b HTTP/1.1\r\nHost: h\r\n\r\n")
                    .request.starts_with("GET / ? a=http://b"));
    EXPECT_EQ(status_of("GET nowhere HTTP/1.1\r\nHost: h\r\n\r\n"), 400U);
}

TEST(RequestParser, KnowsWhoMayStay) {
    const auto keeps = [](std::string_view text) {
        RequestParser parser;
        std::span<const char> rest{text};
        EXPECT_EQ(parser.feed(rest), State::whole) << text;
        return parser.take().keep_alive;
    };
    EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
    EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestParser, PassesOverAnEmptyLineBeforeARequest) {
    EXPECT_EQ(feed("\r\n" + std::string{kPost}).request, feed(kPost).request);
    EXPECT_EQ(status_of("\r\n\r\n" + std::string{kPost}), 400U);  // One.
    EXPECT_EQ(status_of("\rGET / HTTP/1.1\r\nHost: h\r\n\r\n"), 400U);
    EXPECT_EQ(status_of("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), 400U);
}

TEST(RequestParser, RefusesAHostThatIsNone) {
    const auto with = [](std::string_view host) {
        return "GET / HTTP/1.1\r\nHost: " + std::string{host} + "\r\n\r\n";
    };
    for (const char* host : {"chat.example", "chat.example:8080", "127.0.0.1", "[::1]", "[::1]:80",
                             "a_b.example", "%41.example", "h:", ""}) {
        EXPECT_EQ(feed(with(host)).state, State::whole) << host;
    }
    for (const char* host : {"a b", "a/b", "http://h", "h:8o", "h:80:80", "[::1", "[nothing]",
                             "[::1]80", "user@h", "<h>", "%4", ":80", "h\xc3\xa4"}) {
        EXPECT_EQ(status_of(with(host)), 400U) << host;
    }
}

TEST(RequestParser, RefusesWhatIsNoRequest) {
    for (const std::string_view bytes : {
             std::string_view{"\x16\x03\x01\x02", 4},  // A TLS hello
             std::string_view{"\r\n\r\n"},
             std::string_view{" GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
             std::string_view{"GET / HTTP/1.1\nHost: h\n\n"},
             std::string_view{"GET / HTTP/2.0\r\nHost: h\r\n\r\n"},
             std::string_view{"GET /\r\nHost: h\r\n\r\n"},
             std::string_view{"GET / HTTP/1.1\r\n\r\n"},  // No Host
             std::string_view{"GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n"},
             std::string_view{"GET / HTTP/1.1\r\nHost : h\r\n\r\n"},
             std::string_view{"GET / HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n"},
             std::string_view{"GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 35},
             std::string_view{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"},
             std::string_view{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"},
             std::string_view{
                 "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
         }) {
        EXPECT_EQ(status_of(bytes), 400U) << bytes;
    }
}

// Two ways to say a length are how requests are smuggled past a proxy.
TEST(RequestParser, RefusesTransferEncodings) {
    const auto with = [](std::string_view headers) {
        return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string{headers} + "\r\n\r\n0\r\n\r\n";
    };
    EXPECT_EQ(status_of(with("Transfer-Encoding: chunked")), 411U);
    EXPECT_EQ(status_of(with("Transfer-Encoding: gzip, chunked")), 411U);
    const unsigned both = status_of(with("Transfer-Encoding: chunked\r\nContent-Length: 5"));
    EXPECT_TRUE(both == 400 || both == 411) << both;
}

TEST(RequestParser, BoundsTheHeader) {
    const std::string begin = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    const std::string end = "\r\n\r\n";
    const std::size_t room = limits::kHttpHeaderBytes - begin.size() - end.size();
    EXPECT_EQ(feed(begin + std::string(room, 'x') + end).state, State::whole);
    EXPECT_EQ(status_of(begin + std::string(room + 1, 'x') + end), 431U);
    EXPECT_EQ(status_of(std::string(limits::kHttpHeaderBytes + 1, 'G')), 431U);
}

TEST(RequestParser, BoundsTheBody) {
    const auto with = [](std::size_t size) {
        return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
    };
    const std::string body(limits::kHttpBodyBytes, 'b');
    EXPECT_EQ(feed_pieces(with(body.size()) + body, 100, 1'000).state, State::whole);
    EXPECT_EQ(status_of(with(body.size() + 1)), 413U);
    EXPECT_EQ(
        status_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\n\r\n"),
        413U);
}

TEST(RequestParser, TellsOnceThatTheClientWaits) {
    const std::string head =
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    RequestParser parser;
    std::span<const char> rest{head};
    EXPECT_EQ(parser.feed(rest), State::body);
    EXPECT_TRUE(parser.take_expectation());
    EXPECT_FALSE(parser.take_expectation());
    const std::string body = "ok";
    rest = body;
    EXPECT_EQ(parser.feed(rest), State::whole);
    EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: h\r\nExpect: wonders\r\n\r\n"), 417U);
}

}  // namespace
}  // namespace stentor::net::http
