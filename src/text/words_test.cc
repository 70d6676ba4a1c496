#include "text/words.h"

#include <gmock/gmock.h>

namespace stentor::text {
namespace {

using testing::ElementsAre;

std::vector<std::string> folded_words(std::string_view text) {
    std::vector<std::string> folded;
    for (const Word& word : words_of(text)) folded.push_back(word.folded);
    return folded;
}

TEST(Words, AreFoldedAndPartedByUnicodesRules) {
    EXPECT_THAT(folded_words("Hello, Zoe\u0308! ＦＵＬＬ width — ИВАН"),
                ElementsAre("hello", "zoë", "full", "width", "иван"));
    EXPECT_THAT(folded_words("( 👍 … ❤️"), ElementsAre());
    EXPECT_THAT(folded_words(""), ElementsAre());
    EXPECT_THAT(folded_words("\xff\xfe bad"), ElementsAre("bad"));
}

TEST(Words, AnAddressIsOneWordAndItsPartsToo) {
    const auto words = words_of("ping 192.168.1.15 don't");
    ASSERT_EQ(words.size(), 3U);
    EXPECT_EQ(words[1].folded, "192.168.1.15");
    EXPECT_THAT(words[1].parts, ElementsAre("192", "168", "1", "15"));
    EXPECT_EQ(words[2].folded, "don't");
    EXPECT_TRUE(words[0].parts.empty());
}

TEST(Words, LettersOfScriptsWithoutSpacesAreWordsThatFollowEachOther) {
    const auto words = words_of("你好 world 世");
    ASSERT_EQ(words.size(), 4U);
    EXPECT_TRUE(words[0].unspaced && !words[0].follows);
    EXPECT_TRUE(words[1].unspaced && words[1].follows);
    EXPECT_FALSE(words[2].unspaced);
    EXPECT_TRUE(words[3].unspaced && !words[3].follows);
    const auto thai = words_of("สวัสดีครับ");
    EXPECT_EQ(thai.size(), 10U);
    EXPECT_TRUE(thai[9].unspaced && thai[9].follows);
}

TEST(Words, ALongOneIsCutAtACharacter) {
    const auto words = words_of(std::string(199, 'a') + "éé");
    ASSERT_EQ(words.size(), 1U);
    EXPECT_EQ(words[0].folded, std::string(199, 'a'));
    std::string marked = "你";
    for (int i = 0; i < 1'000; ++i) marked += "\u0301";
    EXPECT_LE(words_of(marked).at(0).folded.size(), kLetterBytes);
}

}  // namespace
}  // namespace stentor::text
