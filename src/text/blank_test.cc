#include "text/blank.h"

#include <gtest/gtest.h>

namespace stentor::text {
namespace {

TEST(Blank, WhiteSpaceAndWhatIsNotDrawnShowNothing) {
    for (const char* blank :
         {"", " ", "\t\r\n", "\u00a0", "\u2003\u3000", "\u2028\u2029", "\u200b", "\u200b \u2060",
          "\ufeff", "\u00ad", "\u200d", "\ufe0f", "\u200e\u202e\u2069", "\u3164\uffa0\u115f",
          "\U000e0020\U000e007f", "\U000e0100"}) {
        EXPECT_TRUE(is_blank(blank)) << blank;
    }
}

TEST(Blank, OneCharacterThatIsSeenIsEnough) {
    for (const char* seen : {"a", " a ", "\u200b.\u200b", "你", "0", "👍", "❤\ufe0f",
                             "👨‍👩‍👧", "🏳️‍🌈", "🇨🇭", "1\ufe0f\u20e3",
                             "می\u200cخواهم", "\u0301", "\xff", " \xe2\x80"}) {
        EXPECT_FALSE(is_blank(seen)) << seen;
    }
}

}  // namespace
}  // namespace stentor::text
