#include "client/terminal/screen.h"

#include <gmock/gmock.h>

#include <vector>

namespace stentor::terminal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> printed(Screen& screen) {
    std::vector<std::string> lines;
    while (const auto line = screen.next()) lines.push_back(*line);
    return lines;
}

TEST(Screen, ALineThatWaitsForANameHoldsThoseBehindIt) {
    Screen screen;
    screen.say("first");
    screen.say("1 ", 17, ": hello");
    screen.say("last");
    EXPECT_THAT(printed(screen), ElementsAre("first"));
    EXPECT_THAT(screen.unnamed(10), ElementsAre(17));

    screen.remember(17, "Ann");

    EXPECT_THAT(printed(screen), ElementsAre("1 Ann: hello", "last"));
    EXPECT_TRUE(screen.empty());
    EXPECT_EQ(screen.user_named("Ann"), UserId{17});
}

TEST(Screen, PeopleWithoutANameAreShownByTheirNumber) {
    Screen screen;
    screen.say("1 ", 17, ": hello");
    screen.say("2 *", 0, ": joined");
    screen.number_the_unnamed();
    EXPECT_THAT(printed(screen), ElementsAre("1 #17: hello", "2 *: joined"));
}

TEST(Screen, NoMoreNamesAreAskedForThanFit) {
    Screen screen;
    for (const std::uint64_t uid : {3U, 1U, 3U, 2U}) screen.say("", uid, "");
    EXPECT_THAT(screen.unnamed(2), ElementsAre(1, 3));
    EXPECT_THAT(screen.unnamed(9), ElementsAre(1, 2, 3));
    for (const std::uint64_t uid : {1U, 2U, 3U}) screen.remember(uid, "X");
    EXPECT_THAT(screen.unnamed(9), IsEmpty());
}

}  // namespace
}  // namespace stentor::terminal
