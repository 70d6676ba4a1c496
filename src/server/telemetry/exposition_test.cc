#include "server/telemetry/exposition.h"

#include <gtest/gtest.h>

namespace stentor::server {
namespace {

TEST(Exposition, EachFamilyHasItsHelpItsTypeAndItsSamples) {
    Exposition page;
    page.gauge("a", "What a is", 7)
        .counters("b_total", "What b is", {{{{"code", "X\"Y"}, {"kind", "z"}}, 1}, {{}, 1.5}});
    EXPECT_EQ(page.text(),
              "# HELP a What a is\n# TYPE a gauge\na 7\n"
              "# HELP b_total What b is\n# TYPE b_total counter\n"
              "b_total{code=\"X\\\"Y\",kind=\"z\"} 1\nb_total 1.5\n");
}

TEST(Exposition, AHistogramsBucketsAddUp) {
    DurationCounts one;
    DurationCounts two;
    one.add(std::chrono::microseconds{50});
    one.add(std::chrono::microseconds{51});
    two.add(std::chrono::seconds{60});
    const std::string text = Exposition{}.histogram("t_seconds", "Time", {&one, &two}).text();
    EXPECT_NE(text.find("t_seconds_bucket{le=\"5e-05\"} 1\n"), std::string::npos) << text;
    EXPECT_NE(text.find("t_seconds_bucket{le=\"0.0001\"} 2\n"), std::string::npos);
    EXPECT_NE(text.find("t_seconds_bucket{le=\"5\"} 2\n"), std::string::npos);
    EXPECT_NE(text.find("t_seconds_bucket{le=\"+Inf\"} 3\n"), std::string::npos);
    EXPECT_NE(text.find("t_seconds_count 3\n"), std::string::npos);
    EXPECT_NE(text.find("t_seconds_sum 60.000101\n"), std::string::npos);
}

}  // namespace
}  // namespace stentor::server
