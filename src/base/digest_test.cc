#include "base/digest.h"

#include <gtest/gtest.h>

#include <string>

namespace stentor {
namespace {

std::string hex(const Digest& digest) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : digest.bytes) {
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 0xfU];
    }
    return text;
}

// FIPS 180-4's own examples, cut to 16 bytes.
TEST(Digest, IsTheFrontOfSha256) {
    EXPECT_EQ(hex(hash_of("abc")), "ba7816bf8f01cfea414140de5dae2223");
    EXPECT_EQ(hex(hash_of("")), "e3b0c44298fc1c149afbf4c8996fb924");
}

TEST(Digest, GenesisDependsOnTheGroup) { EXPECT_NE(genesis({1}), genesis({2})); }

TEST(Digest, EveryFieldOfALinkCounts) {
    const Link link{.seq = {1},
                    .sender = {2},
                    .cmid = {},
                    .kind = 1,
                    .time = from_ms(1'000),
                    .body_hash = hash_of("hi")};
    const Digest base = chained(genesis({1}), link);

    Link other = link;
    other.seq = {2};
    EXPECT_NE(chained(genesis({1}), other), base);
    other = link;
    other.sender = {3};
    EXPECT_NE(chained(genesis({1}), other), base);
    other = link;
    other.cmid.bytes[0] = 1;
    EXPECT_NE(chained(genesis({1}), other), base);
    other = link;
    other.kind = 2;
    EXPECT_NE(chained(genesis({1}), other), base);
    other = link;
    other.time = from_ms(1'001);
    EXPECT_NE(chained(genesis({1}), other), base);
    other = link;
    other.body_hash = hash_of("ho");
    EXPECT_NE(chained(genesis({1}), other), base);
    EXPECT_NE(chained(genesis({2}), link), base);
}

TEST(Digest, AnythingButSixteenBytesIsTheZeroDigest) {
    EXPECT_EQ(Digest::from("short"), Digest{});
    EXPECT_EQ(Digest::from(hash_of("x").view()), hash_of("x"));
}

}  // namespace
}  // namespace stentor
