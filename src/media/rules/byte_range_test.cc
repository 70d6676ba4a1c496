#include "media/rules/byte_range.h"

#include <gtest/gtest.h>

namespace stentor::media {
namespace {

constexpr std::string_view kEtag = "\"abc\"";

std::string shown(std::string_view range, std::string_view if_range = {},
                  std::uint64_t size = 100) {
    const Asked asked = asked_bytes(range, if_range, kEtag, size);
    if (asked.what == Asked::What::outside) return "outside";
    const std::string bytes =
        std::to_string(asked.range.first) + "+" + std::to_string(asked.range.count);
    return (asked.what == Asked::What::all ? "all " : "part ") + bytes;
}

TEST(ByteRange, IsFromTheFirstToTheLast) {
    EXPECT_EQ(shown("bytes=0-9"), "part 0+10");
    EXPECT_EQ(shown("bytes=10-"), "part 10+90");
    EXPECT_EQ(shown("bytes=99-99"), "part 99+1");
    EXPECT_EQ(shown("Bytes=90-1000"), "part 90+10");
    EXPECT_EQ(shown("bytes=90-99999999999999999999999999"), "part 90+10");
    EXPECT_EQ(shown("bytes=-10"), "part 90+10");
    EXPECT_EQ(shown("bytes=-1000"), "part 0+100");
}

TEST(ByteRange, BehindTheEndIsRefused) {
    EXPECT_EQ(shown("bytes=100-"), "outside");
    EXPECT_EQ(shown("bytes=100-200"), "outside");
    EXPECT_EQ(shown("bytes=99999999999999999999999999-"), "outside");
    EXPECT_EQ(shown("bytes=-0"), "outside");
    EXPECT_EQ(shown("bytes=0-", {}, 0), "outside");
    EXPECT_EQ(shown("bytes=-1", {}, 0), "outside");
}

TEST(ByteRange, WhatIsNoSingleRangeIsAnsweredWhole) {
    for (const std::string_view range :
         {"", "bytes", "bytes=", "bytes=-", "bytes=9-0", "bytes=a-b", "bytes=0-9,20-29",
          "bytes=+1-2", "bytes= 0-9", "lines=0-9", "bytes=0x1-2", "bytes=--5"}) {
        EXPECT_EQ(shown(range), "all 0+100") << range;
    }
}

TEST(ByteRange, OfAnotherVersionIsAnsweredWhole) {
    EXPECT_EQ(shown("bytes=0-9", kEtag), "part 0+10");
    EXPECT_EQ(shown("bytes=0-9", "\"old\""), "all 0+100");
    EXPECT_EQ(shown("bytes=0-9", "W/\"abc\""), "all 0+100");
    EXPECT_EQ(shown("bytes=0-9", "Sat, 29 Oct 2022 19:43:31 GMT"), "all 0+100");
}

TEST(ByteRange, IsToldWithTheSizeOfTheWhole) {
    EXPECT_EQ(content_range(ByteRange{.first = 5, .count = 5}, 100), "bytes 5-9/100");
    EXPECT_EQ(content_range(std::nullopt, 100), "bytes */100");
}

}  // namespace
}  // namespace stentor::media
