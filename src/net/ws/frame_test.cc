#include "net/ws/frame.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "net/ws/parse_all.h"

namespace stentor::net::ws {
namespace {

std::vector<std::string> read_back(Role role, const std::string& bytes) {
    return parse_all(role, 1 << 20, bytes, [](std::string_view rest) { return rest.size(); });
}

// The examples of RFC 6455 section 5.7.
TEST(Frame, WritesTheExamplesOfTheStandard) {
    EXPECT_EQ(server_frame(Opcode::text, "Hello"), "\x81\x05Hello");
    EXPECT_EQ(client_frame(Opcode::text, "Hello", 0x37fa213d),
              "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    EXPECT_EQ(client_frame(Opcode::text, "Hel", 0, false), std::string("\x01\x83\0\0\0\0Hel", 9));
    EXPECT_EQ(server_header(Opcode::binary, 256).view(), std::string_view("\x82\x7e\x01\x00", 4));
    EXPECT_EQ(server_header(Opcode::binary, 65'536).view(),
              std::string_view("\x82\x7f\0\0\0\0\0\x01\0\0", 10));
}

TEST(Frame, ReadsBackEveryLength) {
    for (const std::size_t size : {0U, 7U, 8U, 9U, 125U, 126U, 65'535U, 65'536U, 100'000U}) {
        const std::string payload(size, 'p');
        const std::vector<std::string> expected{"binary:" + payload};
        EXPECT_EQ(read_back(Role::client, server_frame(Opcode::binary, payload)), expected);
        EXPECT_EQ(read_back(Role::server, client_frame(Opcode::binary, payload, 0xdeadbeef)),
                  expected);
    }
}

TEST(Frame, CutsWhatAControlFrameCannotHold) {
    constexpr std::size_t kHeader = 2;
    for (const std::size_t more : {0U, 1U, 75U}) {
        const std::string payload(limits::kControlBytes + more, 'x');
        EXPECT_EQ(server_frame(Opcode::ping, payload).size(), kHeader + limits::kControlBytes);
    }
    // A reason is cut between characters, or the Close itself would be an error.
    std::string reason;
    for (int i = 0; i < 100; ++i) reason += "\xe4\xbd\xa0";
    const auto events = read_back(Role::client, server_close(close_code::kPolicy, reason));
    EXPECT_EQ(events, std::vector<std::string>{"close:1008:" + reason.substr(0, 123)});
    EXPECT_EQ(server_close(close_code::kNone, "unsaid"), std::string("\x88\x00", 2));
    const auto odd = read_back(Role::client, server_close(close_code::kPolicy, "x" + reason));
    EXPECT_EQ(odd, std::vector<std::string>{"close:1008:x" + reason.substr(0, 120)});
}

}  // namespace
}  // namespace stentor::net::ws
