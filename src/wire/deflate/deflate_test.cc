#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <string>

#include "wire/deflate/deflater.h"
#include "wire/deflate/inflater.h"

namespace stentor::deflate {
namespace {

constexpr std::size_t kMost = 65'536;

std::string text(std::size_t bytes, unsigned seed, unsigned letters) {
    std::mt19937 random{seed};
    std::string text;
    while (text.size() < bytes) text += static_cast<char>('a' + random() % letters);
    return text;
}

// As another implementation would do it, with its own window and strategy; `last`: with BFINAL.
std::string deflated(std::string_view message, bool last = false) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&stream, message.size()) + 16, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    stream.avail_in = static_cast<uInt>(message.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    ::deflate(&stream, last ? Z_FINISH : Z_SYNC_FLUSH);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    if (last) return out + '\0';
    out.resize(out.size() - 4);
    return out;
}

TEST(Deflate, WhatIsCompressedReadsTheSame) {
    Deflater deflater;
    Inflater inflater;
    for (const std::size_t bytes : {256U, 1'000U, 4'096U, 4'097U, 20'000U, 65'536U}) {
        const std::string message = text(bytes, 1, 4);
        const std::string small = deflater.deflate(message);
        ASSERT_FALSE(small.empty());
        EXPECT_LT(small.size(), message.size());
        EXPECT_EQ(inflater.inflate(small, kMost), message);
    }
}

TEST(Deflate, MessagesShareNothing) {
    Deflater deflater;
    const std::string message = text(5'000, 2, 26);
    const std::string first = deflater.deflate(message);
    EXPECT_EQ(deflater.deflate(message), first);
    Inflater fresh;
    EXPECT_EQ(fresh.inflate(first, kMost), message);
}

TEST(Deflate, WhatIsShortOrGainsNothingStaysAsItIs) {
    Deflater deflater;
    EXPECT_TRUE(deflater.deflate(text(kLeastBytes - 1, 3, 1)).empty());
    std::mt19937 random{4};
    std::string noise;
    for (int i = 0; i < 2'000; ++i) noise += static_cast<char>(random());
    EXPECT_TRUE(deflater.deflate(noise).empty());
}

// RFC 7692 sections 7.2.3.1 to 7.2.3.5: what "Hello" may look like.
TEST(Inflate, TheExamplesOfTheStandard) {
    Inflater inflater;
    for (const std::string_view hello :
         {std::string_view{"\xf2\x48\xcd\xc9\xc9\x07\x00", 7},
          std::string_view{"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11},
          std::string_view{"\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8},
          std::string_view{"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13}}) {
        EXPECT_EQ(inflater.inflate(hello, kMost), "Hello");
    }
    EXPECT_EQ(inflater.inflate(std::string_view{"\x00", 1}, kMost), "");
}

TEST(Inflate, OthersMessagesUpToTheBound) {
    Inflater inflater;
    for (const std::size_t bytes : {0U, 1U, 4'095U, 4'096U, 4'097U, 65'535U, 65'536U}) {
        const std::string message = text(bytes, 5, 3);
        EXPECT_EQ(inflater.inflate(deflated(message), kMost), message);
        EXPECT_EQ(inflater.inflate(deflated(message, true), kMost), message);
    }
}

TEST(Inflate, ABombEndsAtTheBound) {
    Inflater inflater;
    std::string much;
    much.resize(50'000'000, 'a');
    const std::string bomb = deflated(much);
    ASSERT_LT(bomb.size(), kMost);
    const auto result = inflater.inflate(bomb, kMost);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::frame_too_large);
    EXPECT_EQ(inflater.inflate(deflated(text(65'537, 6, 3)), kMost).error().code,
              Code::frame_too_large);
    EXPECT_EQ(inflater.inflate(deflated("still here"), kMost), "still here");
}

TEST(Inflate, GarbageIsRefusedOrBecomesSomethingSmall) {
    Inflater inflater;
    EXPECT_EQ(inflater.inflate("\xff\xff\xff", kMost).error().code, Code::malformed);
    std::mt19937 random{7};
    for (int round = 0; round < 3'000; ++round) {
        std::string bytes = round % 2 == 0 ? deflated(text(300, 8, 5)) : std::string(40, 'x');
        for (int i = 0; i < 4; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        const auto result = inflater.inflate(bytes, kMost);
        if (result) {
            EXPECT_LE(result->size(), kMost);
        }
    }
}

}  // namespace
}  // namespace stentor::deflate
