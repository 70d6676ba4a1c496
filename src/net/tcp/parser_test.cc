#include "net/tcp/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "net/tcp/frame.h"
#include "net/tcp/parse_all.h"

namespace stentor::net::tcp {
namespace {

using ::testing::ElementsAre;

constexpr std::uint32_t kMax = 300;

std::vector<std::string> whole(std::string_view bytes) {
    return parse_all(kMax, bytes, [](std::string_view rest) { return rest.size(); });
}

TEST(TcpParser, TakesMessagesOutOfOnePiece) {
    EXPECT_THAT(whole(frame("one") + frame("") + frame("three")),
                ElementsAre("message:one", "message:", "message:three"));
    EXPECT_EQ(frame("ab"), std::string("\0\0\0\2ab", 6));
}

TEST(TcpParser, AnySplitGivesTheSame) {
    const std::string bytes = frame("first") + frame("") + frame(std::string(kMax, 'x')) + "\0\0";
    const auto expected = whole(bytes);
    for (std::size_t at = 1; at < bytes.size(); ++at) {
        const auto split = [&, first = true](std::string_view rest) mutable {
            return std::exchange(first, false) ? at : rest.size();
        };
        EXPECT_EQ(parse_all(kMax, bytes, split), expected) << at;
    }
    EXPECT_EQ(parse_all(kMax, bytes, [](std::string_view) { return std::size_t{1}; }), expected);
    std::mt19937 random{7};
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(parse_all(kMax, bytes, [&](std::string_view) { return random() % 50; }),
                  expected);
    }
}

TEST(TcpParser, ALengthBeyondTheLimitIsRefusedBeforeItsBytesCome) {
    EXPECT_THAT(whole(frame("ok") + std::string("\0\0\1\x2d", 4)),
                ElementsAre("message:ok", "too large"));
    EXPECT_THAT(whole("\xff\xff\xff\xff"), ElementsAre("too large"));
    EXPECT_THAT(whole("GET / HTTP/1.1\r\n\r\n"), ElementsAre("too large"));
    EXPECT_THAT(
        parse_all(kMax, "\xff\xff\xff\xff", [](std::string_view) { return std::size_t{1}; }),
        ElementsAre("too large"));
}

TEST(TcpParser, AnIdleOneHoldsNothing) {
    Parser parser{kMax};
    std::string bytes = frame("abc");
    std::span<char> half{bytes.data(), 5};
    EXPECT_EQ(parser.next(half).kind, Event::Kind::none);
    EXPECT_TRUE(parser.halfway());
    std::span<char> rest{bytes.data() + 5, bytes.size() - 5};
    EXPECT_EQ(parser.next(rest).payload, "abc");
    EXPECT_FALSE(parser.halfway());
}

}  // namespace
}  // namespace stentor::net::tcp
