#include "base/log.h"

#include <gtest/gtest.h>

namespace stentor::log {
namespace {

TEST(Log, ALineIsASentenceAndItsFields) {
    EXPECT_EQ(
        line_of(Format::text, Level::info, "account made", {{"uid", 7}, {"why", "two words"}}),
        R"(account made uid=7 why="two words")");
}

TEST(Log, AsJsonItIsOneObjectWithNumbersAsNumbers) {
    EXPECT_EQ(line_of(Format::json, Level::warning, "slow", {{"ms", 12}, {"where", "a\"b\n"}}),
              R"("level":"warning","event":"slow","ms":12,"where":"a\"b\u000a"})");
}

TEST(Log, NoValueForgesALineOrAKey) {
    EXPECT_EQ(line_of(Format::text, Level::info, "x", {{"a", "1 b=2\nforged"}}),
              "x a=\"1 b=2 forged\"");
}

}  // namespace
}  // namespace stentor::log
