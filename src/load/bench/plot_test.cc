#include "load/bench/plot.h"

#include <gmock/gmock.h>

namespace stentor::bench {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Plot, AxesHaveRoundNumbersAndBeginAtNoneWhereThatIsNear) {
    const std::vector<Plot> plots{
        {.title = "a < b",
         .x_label = "s",
         .y_label = "members",
         .series = {{.name = "watching", .points = {{9.3, 0}, {788.5, 1'000'000}}}}}};
    const std::string svg = drawn(plots);
    for (const char* number : {">0<", ">200<", ">800<", ">500k<", ">1M<"}) {
        EXPECT_THAT(svg, HasSubstr(number));
    }
    EXPECT_THAT(svg, HasSubstr("a &lt; b"));
    EXPECT_THAT(svg, Not(HasSubstr("xmlns")));
    EXPECT_THAT(picture(plots), StartsWith("<svg xmlns="));
}

TEST(Plot, MarksStandAtTheirPlace) {
    const std::vector<Plot> plots{
        {.series = {{.points = {{0, 1}, {100, 1}}}}, .marks = {{50, "half & half"}}}};
    EXPECT_THAT(drawn(plots), HasSubstr("half &amp; half"));
    EXPECT_THAT(drawn(plots), HasSubstr("class='mark'"));
}

TEST(Plot, NothingToShowIsAnEmptyFrame) {
    const std::vector<Plot> plots{{.title = "empty"}};
    EXPECT_THAT(drawn(plots), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace stentor::bench
