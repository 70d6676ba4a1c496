#include "text/emoji.h"

#include <gtest/gtest.h>

namespace stentor::text {
namespace {

TEST(Emoji, OneFormEachHoweverItIsWritten) {
    EXPECT_EQ(emoji_form("\u2764"), "\u2764\ufe0f");
    EXPECT_EQ(emoji_form("\u2764\ufe0f"), "\u2764\ufe0f");
    EXPECT_EQ(emoji_form("👍"), "👍");
    EXPECT_EQ(emoji_form("👍\ufe0f"), "👍");
    EXPECT_EQ(emoji_form("1\u20e3"), "1\ufe0f\u20e3");
    // A detective with a skin tone, and one without; the last is written as minimally as it goes.
    EXPECT_EQ(emoji_form("\U0001f575\U0001f3fd\u200d\u2642"),
              "\U0001f575\U0001f3fd\u200d\u2642\ufe0f");
    EXPECT_EQ(emoji_form("\U0001f575\u200d\u2642"), "\U0001f575\ufe0f\u200d\u2642\ufe0f");
}

TEST(Emoji, FlagsFamiliesAndTonesAreOneEach) {
    for (const char* whole : {"🇨🇭", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧‍👦",
                              "👋🏽", "🏳️‍🌈"}) {
        EXPECT_EQ(emoji_form(whole), whole);
    }
}

TEST(Emoji, NothingElseIsOne) {
    for (const char* other :
         {"", "a", "+1", "you are an idiot", "https://example.org", "1", "#", "👍👍", "👍 ", "👍a",
          "🇨", "\u200d", "\ufe0f", "\U0001f3f4\U000e0067", "\xff", "❤a", "🏴\u200d🏴"}) {
        EXPECT_EQ(emoji_form(other), std::nullopt) << other;
    }
}

}  // namespace
}  // namespace stentor::text
