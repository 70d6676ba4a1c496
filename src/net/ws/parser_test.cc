#include "net/ws/parser.h"

#include <gtest/gtest.h>

#include <random>

#include "base/limits.h"
#include "net/ws/frame.h"
#include "net/ws/parse_all.h"

namespace stentor::net::ws {
namespace {

using Events = std::vector<std::string>;

constexpr std::uint32_t kMax = limits::kClientFrameBytes;
constexpr unsigned kFin = 0x80;

// Built by hand, so that the writers under test elsewhere are no part of what is expected here.
std::string big_endian(std::uint64_t number, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text.push_back(static_cast<char>(number >> (8 * i)));
    return text;
}

std::string masked_with(std::string_view key, std::string payload) {
    for (std::size_t i = 0; i < payload.size(); ++i) {
        payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
    }
    return std::string{key} + payload;
}

std::string length_field(std::uint64_t size, unsigned mask_bit) {
    if (size < 126) return big_endian(size | mask_bit, 1);
    if (size < 65'536) return big_endian(126 | mask_bit, 1) + big_endian(size, 2);
    return big_endian(127 | mask_bit, 1) + big_endian(size, 8);
}

std::string frame(unsigned first, std::string payload) {
    const std::string head = big_endian(first, 1) + length_field(payload.size(), 0x80);
    return head + masked_with("\x37\xfa\x21\x3d", std::move(payload));
}

std::string from_server(unsigned first, const std::string& payload) {
    return big_endian(first, 1) + length_field(payload.size(), 0) + payload;
}

std::string close_frame(unsigned code, const std::string& reason = {}) {
    return frame(kFin | 8, big_endian(code, 2) + reason);
}

std::vector<std::size_t> cuts_of(std::size_t size) {
    std::vector<std::size_t> cuts;
    const std::size_t step = size <= 2'000 ? 1 : size / 40;
    for (std::size_t at = 1; at < size; at += (at < 20 || at + 20 > size) ? 1 : step) {
        cuts.push_back(at);
    }
    return cuts;
}

// The same in one piece, cut once at every place, and in single bytes.
void expect_events(Role role, std::string_view bytes, const Events& expected) {
    const auto whole = [](std::string_view rest) { return rest.size(); };
    EXPECT_EQ(parse_all(role, kMax, bytes, whole), expected);
    for (const std::size_t cut : cuts_of(bytes.size())) {
        const auto cut_once = [&](std::string_view rest) {
            return rest.size() == bytes.size() ? cut : rest.size();
        };
        ASSERT_EQ(parse_all(role, kMax, bytes, cut_once), expected) << "cut at " << cut;
    }
    const auto single = [](std::string_view) { return std::size_t{1}; };
    EXPECT_EQ(parse_all(role, kMax, bytes, single), expected);
}

struct Case {
    const char* name;
    std::string bytes;
    Events events;
};

void expect_all(const std::vector<Case>& cases, Role role = Role::server) {
    for (const Case& each : cases) {
        SCOPED_TRACE(each.name);
        expect_events(role, each.bytes, each.events);
    }
}

TEST(Parser, TakesMessagesOfEachLengthForm) {
    for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 128U, 65'535U, 65'536U}) {
        SCOPED_TRACE(size);
        const std::string payload(size, '*');
        expect_events(Role::server, frame(kFin | 2, payload), {"binary:" + payload});
        expect_events(Role::server, frame(kFin | 1, payload), {"text:" + payload});
        expect_events(Role::client, from_server(kFin | 2, payload), {"binary:" + payload});
    }
}

TEST(Parser, TakesSeveralMessagesInARow) {
    const std::string bytes = frame(kFin | 2, "one") + frame(kFin | 2, "two") + frame(kFin | 9, "");
    expect_events(Role::server, bytes, {"binary:one", "binary:two", "ping:"});
}

TEST(Parser, TakesPingsAndPongs) {
    const std::string full(limits::kControlBytes, '\xfe');
    std::string ten;
    Events ten_events;
    for (int i = 0; i < 10; ++i) {
        ten += frame(kFin | 9, std::to_string(i));
        ten_events.push_back("ping:" + std::to_string(i));
    }
    expect_all({
        {"empty ping", frame(kFin | 9, ""), {"ping:"}},
        {"ping", frame(kFin | 9, "hello"), {"ping:hello"}},
        {"any bytes",
         frame(kFin | 9, std::string("\0\xff\xfe", 3)),
         {"ping:" + std::string("\0\xff\xfe", 3)}},
        {"largest", frame(kFin | 9, full), {"ping:" + full}},
        {"too large", frame(kFin | 9, full + "x"), {"error:1002"}},
        {"unasked pong", frame(kFin | 10, ""), {"pong:"}},
        {"pong, then ping", frame(kFin | 10, "x") + frame(kFin | 9, "y"), {"pong:x", "ping:y"}},
        {"ten", ten, ten_events},
    });
}

constexpr unsigned kCompressed = 0x40;  // RSV1, RFC 7692 section 6

std::vector<std::string> events_of_compressed(std::string_view bytes) {
    const auto whole = [](std::string_view rest) { return rest.size(); };
    const auto single = [](std::string_view) { return std::size_t{1}; };
    const auto events = parse_all(Role::server, kMax, bytes, whole, true);
    EXPECT_EQ(parse_all(Role::server, kMax, bytes, single, true), events);
    return events;
}

TEST(Parser, TellsWhichMessagesAreCompressedOnceThatWasNegotiated) {
    EXPECT_EQ(events_of_compressed(frame(kFin | kCompressed | 2, "\xff") + frame(kFin | 2, "b")),
              (std::vector<std::string>{"binary, compressed:\xff", "binary:b"}));
    EXPECT_EQ(
        events_of_compressed(frame(kCompressed | 2, "a") + frame(kFin | 9, "p") + frame(kFin, "b") +
                             frame(kFin | kCompressed | 1, "\xff")),
        (std::vector<std::string>{"ping:p", "binary, compressed:ab", "text, compressed:\xff"}));
    for (const unsigned opcode : {0U, 8U, 9U, 10U}) {
        EXPECT_EQ(events_of_compressed(frame(kFin | kCompressed | opcode, "")),
                  (std::vector<std::string>{"error:1002"}));
    }
    EXPECT_EQ(events_of_compressed(frame(2, "a") + frame(kFin | kCompressed, "b")),
              (std::vector<std::string>{"error:1002"}));
}

TEST(Parser, RefusesReservedBits) {
    for (const unsigned rsv : {0x10U, 0x20U, 0x30U, 0x40U, 0x50U, 0x60U, 0x70U}) {
        for (const unsigned opcode : {0U, 1U, 2U, 8U, 9U, 10U}) {
            SCOPED_TRACE(rsv | opcode);
            expect_events(Role::server, frame(kFin | rsv | opcode, ""), {"error:1002"});
            expect_events(Role::server, frame(kFin | 2, "a") + frame(kFin | rsv | opcode, "b"),
                          {"binary:a", "error:1002"});
        }
    }
}

TEST(Parser, RefusesUnknownOpcodes) {
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
        SCOPED_TRACE(opcode);
        expect_events(Role::server, frame(kFin | opcode, ""), {"error:1002"});
        expect_events(Role::server, frame(kFin | 9, "p") + frame(kFin | opcode, "x"),
                      {"ping:p", "error:1002"});
    }
}

TEST(Parser, JoinsFragments) {
    expect_all({
        {"two", frame(2, "ab") + frame(kFin | 0, "cd"), {"binary:abcd"}},
        {"three", frame(2, "a") + frame(0, "b") + frame(kFin | 0, "c"), {"binary:abc"}},
        {"empty ones", frame(2, "") + frame(0, "") + frame(kFin | 0, ""), {"binary:"}},
        {"text", frame(1, "a") + frame(kFin | 0, "b"), {"text:ab"}},
        {"ping between",
         frame(2, "a") + frame(kFin | 9, "p") + frame(kFin | 0, "b"),
         {"ping:p", "binary:ab"}},
        {"pings and pongs between",
         frame(1, "a") + frame(kFin | 9, "p") + frame(0, "b") + frame(kFin | 10, "q") +
             frame(kFin | 0, "c") + frame(kFin | 2, "next"),
         {"ping:p", "pong:q", "text:abc", "binary:next"}},
        {"close between", frame(2, "a") + close_frame(1000), {"close:1000:"}},
        {"not finished", frame(2, "a") + frame(0, "b"), {"halfway"}},
        {"two messages",
         frame(2, "a") + frame(kFin | 0, "b") + frame(2, "c") + frame(kFin | 0, "d"),
         {"binary:ab", "binary:cd"}},
    });
}

TEST(Parser, RefusesFragmentsOutOfOrder) {
    expect_all({
        {"fragmented ping", frame(9, "a") + frame(kFin | 0, "b"), {"error:1002"}},
        {"fragmented pong", frame(10, "a") + frame(kFin | 0, "b"), {"error:1002"}},
        {"fragmented close", frame(8, ""), {"error:1002"}},
        {"continues nothing", frame(kFin | 0, "a"), {"error:1002"}},
        {"continues nothing, not last", frame(0, "a"), {"error:1002"}},
        {"continues a finished one",
         frame(kFin | 2, "a") + frame(kFin | 0, "b"),
         {"binary:a", "error:1002"}},
        {"a new one inside", frame(2, "a") + frame(kFin | 2, "b"), {"error:1002"}},
        {"a text inside", frame(2, "a") + frame(0, "b") + frame(1, "c"), {"error:1002"}},
        {"continues after a ping",
         frame(kFin | 9, "p") + frame(kFin | 0, "a"),
         {"ping:p", "error:1002"}},
    });
}

TEST(Parser, TakesValidUtf8) {
    for (const char* text : {"", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                             "\xee\x80\x80", "\xef\xbf\xbd", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
                             "\xf4\x8f\xbf\xbf", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",
                             "plain ASCII of more than eight bytes \xe4\xbd\xa0"}) {
        SCOPED_TRACE(text);
        const std::string payload = text;
        expect_events(Role::server, frame(kFin | 1, payload), {"text:" + payload});
        // A character may be cut by a fragment's end.
        for (std::size_t cut = 0; cut <= payload.size(); ++cut) {
            expect_events(Role::server,
                          frame(1, payload.substr(0, cut)) + frame(kFin | 0, payload.substr(cut)),
                          {"text:" + payload});
        }
    }
}

TEST(Parser, RefusesBadUtf8) {
    for (const char* text : {"\x80",
                             "\xbf",
                             "\xc0\xaf",
                             "\xc1\xbf",
                             "\xc2",
                             "\xe0\x80\xaf",
                             "\xe0\x9f\xbf",
                             "\xe1\x80",
                             "\xed\xa0\x80",
                             "\xed\xbf\xbf",
                             "\xf0\x80\x80\xaf",
                             "\xf0\x8f\xbf\xbf",
                             "\xf1\x80\x80",
                             "\xf4\x90\x80\x80",
                             "\xf5\x80\x80\x80",
                             "\xf8\x88\x80\x80\x80",
                             "\xfe",
                             "\xff",
                             "good \xce\xba then \xed\xa0\x80",
                             "\xc3(",
                             "\xe2\x28\xa1",
                             "12345678\xff"}) {
        SCOPED_TRACE(text);
        const std::string payload = text;
        expect_events(Role::server, frame(kFin | 1, payload), {"error:1007"});
        for (std::size_t cut = 0; cut <= payload.size(); ++cut) {
            expect_events(Role::server,
                          frame(1, payload.substr(0, cut)) + frame(kFin | 0, payload.substr(cut)),
                          {"error:1007"});
        }
        expect_events(Role::server, frame(kFin | 2, payload), {"binary:" + payload});
    }
}

TEST(Parser, RefusesBadUtf8BeforeTheRestHasCome) {
    const std::string whole = frame(kFin | 1, "\xff and much more");
    expect_events(Role::server, std::string_view{whole}.substr(0, 7), {"error:1007"});
}

TEST(Parser, TakesCloses) {
    const std::string longest(123, 'r');
    for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U,
                                1012U, 1013U, 1014U, 3000U, 3999U, 4000U, 4999U}) {
        expect_events(Role::server, close_frame(code), {"close:" + std::to_string(code) + ":"});
    }
    expect_all({
        {"empty", frame(kFin | 8, ""), {"close:1005:"}},
        {"with a reason", close_frame(1000, "bye"), {"close:1000:bye"}},
        {"longest reason", close_frame(1000, longest), {"close:1000:" + longest}},
        {"what follows is not read", close_frame(1000) + frame(kFin | 2, "x"), {"close:1000:"}},
    });
}

TEST(Parser, RefusesBadCloses) {
    for (const unsigned code :
         {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65'535U}) {
        SCOPED_TRACE(code);
        expect_events(Role::server, close_frame(code), {"error:1002"});
        expect_events(Role::server, close_frame(code, "why"), {"error:1002"});
    }
    expect_all({
        {"one byte", frame(kFin | 8, "x"), {"error:1002"}},
        {"reason too long", close_frame(1000, std::string(124, 'r')), {"error:1002"}},
        {"reason not UTF-8", close_frame(1000, "\xce\xba\xff"), {"error:1007"}},
        {"reason cut within a character", close_frame(1000, "\xce"), {"error:1007"}},
    });
}

TEST(Parser, RefusesFramesOfTheWrongSide) {
    for (const unsigned opcode : {1U, 2U, 8U, 9U, 10U}) {
        SCOPED_TRACE(opcode);
        expect_events(Role::server, from_server(kFin | opcode, ""), {"error:1002"});
        expect_events(Role::server, from_server(kFin | opcode, "abc"), {"error:1002"});
        expect_events(Role::client, frame(kFin | opcode, ""), {"error:1002"});
        expect_events(Role::client, frame(kFin | opcode, "abc"), {"error:1002"});
    }
}

TEST(Parser, RefusesLengthsThatAreNotMinimal) {
    const std::string first = "\x82";
    expect_all({
        {"0 in two bytes", first + "\xfe" + big_endian(0, 2) + "mask", {"error:1002"}},
        {"125 in two bytes", first + "\xfe" + big_endian(125, 2) + "mask", {"error:1002"}},
        {"125 in eight bytes", first + "\xff" + big_endian(125, 8) + "mask", {"error:1002"}},
        {"65535 in eight bytes", first + "\xff" + big_endian(65'535, 8) + "mask", {"error:1002"}},
    });
}

TEST(Parser, RefusesLengthsThatAreTooLarge) {
    const std::string first = "\x82";
    expect_all({
        {"top bit", first + "\xff" + big_endian(1ULL << 63U, 8) + "mask", {"error:1002"}},
        {"all bits", first + "\xff" + big_endian(UINT64_MAX, 8) + "mask", {"error:1002"}},
        {"2^63 - 1", first + "\xff" + big_endian((1ULL << 63U) - 1, 8) + "mask", {"error:1009"}},
        {"one too many", first + "\xff" + big_endian(kMax + 1, 8) + "mask", {"error:1009"}},
    });
    const std::string half(kMax / 2, 'h');
    expect_events(Role::server, frame(2, half) + frame(kFin | 0, half), {"binary:" + half + half});
    expect_events(Role::server, frame(2, half) + frame(kFin | 0, half + "x"), {"error:1009"});
}

TEST(Parser, BoundsTheNumberOfFragments) {
    std::string fragments = frame(2, "");
    for (std::size_t i = 0; i < limits::kFragments - 2; ++i) fragments += frame(0, "");
    expect_events(Role::server, fragments + frame(kFin | 0, "x"), {"binary:x"});
    expect_events(Role::server, fragments + frame(0, "") + frame(kFin | 0, "x"), {"error:1009"});
}

TEST(Parser, HandsAWholeMessageOutInPlace) {
    std::string bytes = frame(kFin | 2, "in place");
    Parser parser{Role::server, kMax};
    std::span<char> input{bytes};
    const Event event = parser.next(input);
    EXPECT_EQ(event.payload, "in place");
    EXPECT_EQ(event.payload.data(), bytes.data() + 6);
    EXPECT_TRUE(input.empty());
    EXPECT_FALSE(parser.halfway());
}

TEST(Parser, HoldsABufferOnlyWhileSomethingIsHalfReceived) {
    std::string bytes = frame(kFin | 2, "later");
    Parser parser{Role::server, kMax};
    std::span<char> begin = std::span{bytes}.first(8);
    std::span<char> end = std::span{bytes}.subspan(8);
    EXPECT_EQ(parser.next(begin).kind, Event::Kind::none);
    EXPECT_TRUE(parser.halfway());
    EXPECT_EQ(parser.next(end).payload, "later");
    EXPECT_FALSE(parser.halfway());
}

TEST(Parser, SaysNothingAfterAnError) {
    std::string bytes = frame(kFin | 3, "") + frame(kFin | 2, "x");
    Parser parser{Role::server, kMax};
    std::span<char> input{bytes};
    EXPECT_EQ(parser.next(input).kind, Event::Kind::error);
    EXPECT_EQ(parser.next(input).kind, Event::Kind::none);
    EXPECT_TRUE(input.empty());
}

// Streams of good and slightly damaged frames, cut at random, against the same in one piece.
TEST(Parser, AnySplitGivesTheSame) {
    std::mt19937 random{20'261'121};
    const auto below = [&random](unsigned n) { return static_cast<unsigned>(random() % n); };
    for (int round = 0; round < 3'000; ++round) {
        std::string bytes;
        for (unsigned i = 0; i <= below(6); ++i) {
            const unsigned opcode = std::array{0U, 1U, 2U, 2U, 8U, 9U, 10U}[below(7)];
            const unsigned fin = below(3) == 0 ? 0 : kFin;
            bytes += frame(fin | opcode, std::string(below(200), static_cast<char>(random())));
        }
        if (below(2) == 0)
            bytes[below(static_cast<unsigned>(bytes.size()))] ^= static_cast<char>(1U << below(8));
        const auto whole = [](std::string_view rest) { return rest.size(); };
        const auto pieces = [&](std::string_view) { return std::size_t{1} + below(40); };
        ASSERT_EQ(parse_all(Role::server, kMax, bytes, whole),
                  parse_all(Role::server, kMax, bytes, pieces))
            << testing::PrintToString(bytes);
    }
}

}  // namespace
}  // namespace stentor::net::ws
