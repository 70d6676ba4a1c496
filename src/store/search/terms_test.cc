#include "store/search/terms.h"

#include <gmock/gmock.h>

namespace stentor::search {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST(Terms, AWordStandsAsAWholeAndFromEachOfItsParts) {
    EXPECT_THAT(terms_of("Tea, tea"), ElementsAre("tea"));
    EXPECT_THAT(terms_of("192.168.1.15"),
                UnorderedElementsAre("192.168.1.15", "168.1.15", "1.15", "15"));
    EXPECT_THAT(terms_of("don\u2019t"), UnorderedElementsAre("don't", "t"));
    EXPECT_THAT(terms_of("(👍)"), IsEmpty());
}

TEST(Terms, LettersWithoutSpacesStandByThemselvesAndInPairs) {
    EXPECT_THAT(terms_of("直播开"), UnorderedElementsAre("直", "播", "开", "直播", "播开"));
    EXPECT_THAT(asked_of("直播开").whole, UnorderedElementsAre("直播", "播开"));
    EXPECT_THAT(asked_of("直").whole, ElementsAre("直"));
    EXPECT_THAT(asked_of("直 播").whole, UnorderedElementsAre("直", "播"));
    EXPECT_THAT(asked_of("直播 live").beginnings, ElementsAre("live"));
}

// Or a text could be refused by the index, or fill it.
TEST(Terms, AreBounded) {
    std::string parts = "1";
    for (int i = 0; i < 90; ++i) parts += ".1";
    EXPECT_THAT(terms_of(parts), SizeIs(kPartsIndexed));
    std::string marked = "你";
    for (int i = 0; i < 500; ++i) marked += "\u0301";
    for (const std::string& text : {parts, marked + marked, std::string(9'000, 'a')}) {
        EXPECT_THAT(terms_of(text), Each(SizeIs(testing::Le(kTermBytes))));
    }
}

TEST(Terms, ALongWordIsAskedForAsItIsIndexed) {
    const std::string word(5'000, 'w');
    EXPECT_EQ(terms_of(word), asked_of(word).beginnings);
}

}  // namespace
}  // namespace stentor::search
