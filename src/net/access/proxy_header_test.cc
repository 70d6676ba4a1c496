#include "net/access/proxy_header.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace stentor::net::access {
namespace {

using State = ProxyHeader::State;

const std::string kSignature{"\r\n\r\n\0\r\nQUIT\n", 12};

std::string header(std::uint8_t command, std::uint8_t family, const std::string& rest) {
    return kSignature + static_cast<char>(command) + static_cast<char>(family) +
           static_cast<char>(rest.size() >> 8U) + static_cast<char>(rest.size() & 0xffU) + rest;
}

const std::string kFour{"\xc0\x00\x02\x07\x0a\x00\x00\x01\x12\x34\x01\xbb", 12};
const std::string kSix = std::string{"\x20\x01\x0d\xb8", 4} + std::string(11, '\0') + "\x09" +
                         std::string(16, '\x05') + "\x12\x34\x01\xbb";

TEST(ProxyHeader, TellsWhoConnected) {
    const std::string four = header(0x21, 0x11, kFour);
    const ProxyHeader read = read_proxy_header(four + "GET / HTTP/1.1");
    EXPECT_EQ(read.state, State::whole);
    EXPECT_EQ(read.bytes, 28U);
    ASSERT_TRUE(read.source);
    EXPECT_EQ(shown(*read.source), "192.0.2.7");

    const ProxyHeader six = read_proxy_header(header(0x21, 0x21, kSix));
    EXPECT_EQ(six.bytes, 52U);
    ASSERT_TRUE(six.source);
    EXPECT_EQ(shown(*six.source), "2001:db8::9");
}

TEST(ProxyHeader, EachByteLessIsMoreToCome) {
    for (const std::string& whole :
         {header(0x21, 0x11, kFour), header(0x21, 0x21, kSix + std::string(40, 'x')),
          header(0x20, 0x00, "")}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            EXPECT_EQ(read_proxy_header(whole.substr(0, size)).state, State::more) << size;
        }
        EXPECT_EQ(read_proxy_header(whole).state, State::whole);
    }
}

TEST(ProxyHeader, AHealthCheckHasNoSource) {
    for (const std::string& whole : {header(0x20, 0x00, ""), header(0x20, 0x11, kFour),
                                     header(0x20, 0x31, "abc"), header(0x21, 0x00, "abc")}) {
        const ProxyHeader read = read_proxy_header(whole);
        EXPECT_EQ(read.state, State::whole);
        EXPECT_EQ(read.bytes, whole.size());
        EXPECT_FALSE(read.source);
    }
}

TEST(ProxyHeader, AnythingElseIsWrongAtItsFirstWrongByte) {
    EXPECT_EQ(read_proxy_header("G").state, State::wrong);
    EXPECT_EQ(read_proxy_header("PROXY TCP4 192.0.2.7 10.0.0.1 4660 443\r\n").state, State::wrong);
    EXPECT_EQ(read_proxy_header("\r\n\r\nx").state, State::wrong);
    EXPECT_EQ(read_proxy_header(kSignature + "\x11").state, State::wrong);  // Version 1.
    EXPECT_EQ(read_proxy_header(kSignature + "\x22").state, State::wrong);  // No such command.
    for (const int family : {0x12, 0x22, 0x31, 0x41, 0x10, 0x01}) {
        EXPECT_EQ(read_proxy_header(header(0x21, static_cast<std::uint8_t>(family), kSix)).state,
                  State::wrong)
            << family;
    }
    EXPECT_EQ(read_proxy_header(header(0x21, 0x11, kFour.substr(1))).state, State::wrong);
    EXPECT_EQ(read_proxy_header(header(0x21, 0x21, kFour)).state, State::wrong);
}

TEST(ProxyHeader, HasALimitThatItsLengthIsHeldTo) {
    const std::string largest =
        header(0x21, 0x11, kFour + std::string(limits::kProxyHeaderBytes - 28, 'x'));
    EXPECT_EQ(read_proxy_header(largest).state, State::whole);
    const std::string larger = header(0x21, 0x11, std::string(limits::kProxyHeaderBytes - 15, 'x'));
    EXPECT_EQ(read_proxy_header(larger.substr(0, 15)).state, State::more);
    EXPECT_EQ(read_proxy_header(larger.substr(0, 16)).state, State::wrong);
}

}  // namespace
}  // namespace stentor::net::access
