#include "bus/codec/parts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stentor::bus {
namespace {

std::string message_of(std::size_t bytes, char first = 'a') {
    std::string message(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i)
        message[i] = static_cast<char>(first + static_cast<int>(i % 23));
    return message;
}

// What came out of it last.
std::optional<std::string> add_all(Joiner& joiner, const std::vector<std::string>& parts) {
    std::optional<std::string> whole;
    for (const std::string& part : parts) {
        const auto added = joiner.add(part);
        EXPECT_TRUE(added);
        EXPECT_FALSE(whole) << "only the last part makes it whole";
        whole = *added;
    }
    return whole;
}

TEST(Parts, AMessageOfAnySizeComesThrough) {
    Joiner joiner;
    std::uint64_t id = 0;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kPartBytes - 1, kPartBytes,
                                   kPartBytes + 1, 3 * kPartBytes}) {
        const std::string message = message_of(size);
        const auto parts = cut(++id, message);
        EXPECT_EQ(parts.size(), std::max<std::size_t>((size + kPartBytes - 1) / kPartBytes, 1));
        for (const std::string& part : parts) EXPECT_LT(part.size(), 1U << 20U);
        EXPECT_EQ(add_all(joiner, parts), message);
    }
}

TEST(Parts, OfMessagesAtOnceEachComesThrough) {
    const std::string one = message_of(2 * kPartBytes, 'a');
    const std::string two = message_of(2 * kPartBytes, 'b');
    const auto first = cut(1, one);
    const auto second = cut(2, two);
    Joiner joiner;
    EXPECT_EQ(joiner.add(first[0]).value(), std::nullopt);
    EXPECT_EQ(joiner.add(second[0]).value(), std::nullopt);
    EXPECT_EQ(joiner.add(second[1]).value(), two);
    EXPECT_EQ(joiner.add(first[1]).value(), one);
}

TEST(Parts, AMessageThatLostOneIsLostAndNoOther) {
    for (const std::size_t lost : {0U, 1U, 2U}) {
        auto parts = cut(1, message_of(3 * kPartBytes));
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(lost));
        Joiner joiner;
        EXPECT_EQ(add_all(joiner, parts), std::nullopt);
        EXPECT_EQ(add_all(joiner, cut(2, "next")), "next");
    }
}

TEST(Parts, APartThatComesTwiceMakesNothingTwice) {
    const auto parts = cut(1, message_of(2 * kPartBytes));
    Joiner joiner;
    for (const std::string& part : {parts[0], parts[0], parts[1], parts[1]}) {
        EXPECT_EQ(joiner.add(part).value(), std::nullopt);
    }
}

TEST(Parts, WhatNeverBecomesWholeTakesNoMoreThanItsBound) {
    Joiner joiner;
    const auto oldest = cut(1, message_of(2 * kPartBytes));
    ASSERT_TRUE(joiner.add(oldest[0]));
    const std::string message = message_of(2 * kPartBytes, 'b');
    std::vector<std::string> newest;
    for (std::uint64_t id = 2; id <= kPartsKept / kPartBytes + 1; ++id) {
        newest = cut(id, message);
        ASSERT_TRUE(joiner.add(newest[0]));
    }
    EXPECT_EQ(joiner.add(oldest[1]).value(), std::nullopt) << "the oldest went";
    EXPECT_EQ(joiner.add(newest[1]).value(), message);
}

TEST(Parts, WhatIsNoneIsRefused) {
    Joiner joiner;
    const auto refused = joiner.add("\xff\xff");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::malformed);
}

}  // namespace
}  // namespace stentor::bus
