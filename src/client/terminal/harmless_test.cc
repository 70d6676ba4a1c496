#include "client/terminal/harmless.h"

#include <gtest/gtest.h>

namespace stentor::terminal {
namespace {

TEST(Harmless, TextStaysAsItIs) {
    for (const char* text : {"", "hello", "Füße", "你好", "👍🏽", "a <b>&amp;</b>"}) {
        EXPECT_EQ(harmless(text), text);
    }
}

TEST(Harmless, NothingReachesTheTerminalThatItWouldObey) {
    EXPECT_EQ(harmless("\x1b[2Jgone"), "\uFFFD[2Jgone");
    EXPECT_EQ(harmless("\x1b]0;title\x07"), "\uFFFD]0;title\uFFFD");
    EXPECT_EQ(harmless("a\rb\bc\x7f"), "a\uFFFDb\uFFFDc\uFFFD");
    EXPECT_EQ(harmless(std::string("\0", 1)), "\uFFFD");
    EXPECT_EQ(harmless("\xc2\x9b"
                       "31m"),
              "\uFFFD"
              "31m");  // CSI as one character.
    EXPECT_EQ(harmless("\u202Etxt.exe\u2066"), "\uFFFDtxt.exe\uFFFD");
    EXPECT_EQ(harmless("a\u2028b"), "a\uFFFDb");
}

TEST(Harmless, BrokenBytesAreShownAsBroken) {
    for (const char* text :
         {"\x9b", "\xff", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
        const std::string shown = harmless(text);
        EXPECT_EQ(shown.find_first_not_of("\xef\xbf\xbd"), std::string::npos) << text;
    }
}

TEST(Harmless, LinesOfATextCannotBeTakenForLinesOfTheChat) {
    EXPECT_EQ(harmless("one\n7 10:00 Ann: two\tthree"), "one\n    7 10:00 Ann: two three");
}

}  // namespace
}  // namespace stentor::terminal
