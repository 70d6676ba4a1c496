#include "base/base64.h"

#include <gtest/gtest.h>

namespace stentor {
namespace {

TEST(Base64Url, BytesComeBackAndNothingElseIsTaken) {
    const std::string bytes{"\xfb\xff\x00\x01", 4};
    EXPECT_EQ(base64url(bytes), "-_8AAQ");
    EXPECT_EQ(from_base64url("-_8AAQ"), bytes);
    EXPECT_EQ(from_base64url(""), "");
    for (const char* other : {"-_8AAQ==", "+/8AAQ", "-_8AA", "-_8 AAQ"}) {
        EXPECT_EQ(from_base64url(other), std::nullopt) << other;
    }
}

}  // namespace
}  // namespace stentor
