#include "load/bench/made_up_text.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace stentor::bench {
namespace {

std::set<std::string> words_of(const std::string& text) {
    std::istringstream in{text};
    std::set<std::string> words;
    for (std::string word; in >> word;) words.insert(word);
    return words;
}

TEST(MadeUpText, EachRankHasAWordOfItsOwn) {
    std::set<std::string> words;
    for (std::size_t rank = 0; rank < MadeUpText::kWords; ++rank) {
        words.insert(MadeUpText::word(rank));
    }
    EXPECT_EQ(words.size(), MadeUpText::kWords);
}

TEST(MadeUpText, CountsTheMessagesThatHoldAWord) {
    MadeUpText text{7};
    std::uint32_t with_first = 0;
    std::uint32_t with_hundredth = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto words = words_of(text.next());
        with_first += static_cast<std::uint32_t>(words.count(MadeUpText::word(0)));
        with_hundredth += static_cast<std::uint32_t>(words.count(MadeUpText::word(100)));
    }
    EXPECT_EQ(text.messages_with(0), with_first);
    EXPECT_EQ(text.messages_with(100), with_hundredth);
    EXPECT_GT(with_first, 20 * with_hundredth);
    EXPECT_GT(with_hundredth, 0U);
}

TEST(MadeUpText, TheSameSeedMakesTheSameMessages) {
    MadeUpText one{3};
    MadeUpText other{3};
    for (int i = 0; i < 100; ++i) EXPECT_EQ(one.next(), other.next());
}

TEST(MadeUpText, SignsAreChinese) {
    EXPECT_EQ(MadeUpText::sign(0), "\u4e00");
    EXPECT_EQ(MadeUpText::sign(0x09ac), "\u57ac");
}

}  // namespace
}  // namespace stentor::bench
