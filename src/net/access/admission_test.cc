#include "net/access/admission.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace stentor::net::access {
namespace {

const Time kStart = from_ms(1'700'000'000'000);

Address at(const std::string& text) { return *parse_address(text); }

TEST(Admission, TakesSoManyASecondAndAsManyAtOnce) {
    Admission admission{{.per_s = 100, .open = 10'000, .open_of_one = 10'000}, kStart};
    int taken = 0;
    for (int ms = 0; ms <= 3'000; ++ms) {
        for (int i = 0; i < 5; ++i) {
            const auto place = admission.enter(at("192.0.2.7"), kStart + Millis{ms}, 1);
            if (place) {
                ++taken;
                admission.leave(*place);
            } else {
                EXPECT_EQ(place.error().bound, Bound::rate);
            }
        }
    }
    EXPECT_NEAR(taken, 400, 1);  // Tenths of a token do not add up to the last bit.
}

TEST(Admission, ThoseOfOneRushAreToldTimesThatTheRateCanKeep) {
    Admission admission{{.per_s = 1'000, .open = 100'000, .open_of_one = 100'000}, kStart};
    std::map<std::int64_t, int> in_second;
    for (int i = 0; i < 31'000; ++i) {
        const auto place = admission.enter(at("192.0.2.7"), kStart, 1);
        if (!place) ++in_second[place.error().retry_after.count() / 1'000];
    }
    // 1,000 are in; of the rest, as many are told each second as the rate has room for.
    ASSERT_GE(in_second.size(), 30U);
    for (const auto& [second, count] : in_second) EXPECT_LE(count, 1'000) << second;
}

TEST(Admission, BeyondAMinuteTheTimesAreDrawn) {
    Admission admission{{.per_s = 10, .open = 100'000, .open_of_one = 100'000}, kStart};
    std::minstd_rand random{7};
    std::map<std::int64_t, int> in_ten_seconds;
    for (int i = 0; i < 10'000; ++i) {
        const auto place =
            admission.enter(at("192.0.2.7"), kStart, static_cast<std::uint32_t>(random()));
        if (place) continue;
        EXPECT_LE(place.error().retry_after, limits::kReturnWithin);
        ++in_ten_seconds[place.error().retry_after.count() / 10'000];
    }
    for (const int tens : {3, 4, 5}) EXPECT_GT(in_ten_seconds[tens], 2'000);
}

TEST(Admission, ALowerRateCountsAtOnce) {
    Admission admission{{.per_s = 1'000, .open = 100'000, .open_of_one = 100'000}, kStart};
    admission.set_rate(10);
    int taken = 0;
    for (int i = 0; i < 1'000; ++i) taken += admission.enter(at("::1"), kStart, 1) ? 1 : 0;
    EXPECT_EQ(taken, 10);
}

TEST(Admission, OfIpv6OneSubscriberHas64Bits) {
    EXPECT_EQ(network_of(at("2001:db8:1:2::1")), network_of(at("2001:db8:1:2:ffff::9")));
    EXPECT_NE(network_of(at("2001:db8:1:2::1")), network_of(at("2001:db8:1:3::1")));
    EXPECT_NE(network_of(at("192.0.2.7")), network_of(at("192.0.2.8")));
}

TEST(Admission, WhoComesThroughAProxyIsCountedOnceHeIsNamed) {
    Admission admission{{.per_s = 100, .open = 100, .open_of_one = 2}, kStart};
    std::vector<Admission::Place> places;
    for (int i = 0; i < 4; ++i) places.push_back(*admission.enter(std::nullopt, kStart, 1));
    EXPECT_TRUE(admission.locate(places[0], at("192.0.2.7"), 1));
    EXPECT_TRUE(admission.locate(places[0], at("192.0.2.8"), 1));  // It was named before.
    EXPECT_TRUE(admission.locate(places[1], at("192.0.2.7"), 1));
    EXPECT_EQ(admission.locate(places[2], at("192.0.2.7"), 1).error().bound, Bound::address);
    admission.leave(places[2]);
    admission.leave(places[1]);
    EXPECT_TRUE(admission.locate(places[3], at("192.0.2.7"), 1));
}

TEST(Admission, WhoBeginsOnceMoreIsBoundedButTakesNothingFromTheRate) {
    Admission admission{{.per_s = 1, .open = 3, .open_of_one = 2}, kStart};
    const auto first = admission.enter(at("192.0.2.7"), kStart, 1);
    ASSERT_TRUE(first);
    admission.leave(*first);
    const auto again = admission.enter_again(at("192.0.2.7"), 1);
    ASSERT_TRUE(again);
    EXPECT_TRUE(admission.enter_again(at("192.0.2.7"), 1));
    const auto third = admission.enter_again(at("192.0.2.7"), 1);
    EXPECT_EQ(third.error().bound, Bound::address);
    EXPECT_EQ(third.error().limit, 2U);
    EXPECT_TRUE(admission.enter_again(at("192.0.2.8"), 1));
    EXPECT_EQ(admission.enter_again(at("192.0.2.9"), 1).error().bound, Bound::open);
    admission.leave(*again);
    EXPECT_TRUE(admission.enter_again(at("192.0.2.7"), 1));
}

TEST(Admission, NamesTheRateThatHoldsNow) {
    Admission admission{{.per_s = 1'000, .open = 100, .open_of_one = 100}, kStart};
    admission.set_rate(10);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(admission.enter(at("192.0.2.7"), kStart, 1));
    EXPECT_EQ(admission.enter(at("192.0.2.7"), kStart, 1).error().limit, 10U);
}

// Against what is plain to see: lists of those inside.
TEST(Admission, CountsAsAListDoes) {
    constexpr std::uint32_t kOpen = 20;
    constexpr std::uint32_t kOfOne = 5;
    for (unsigned seed = 1; seed <= 50; ++seed) {
        std::mt19937 random{seed};
        Admission admission{{.per_s = 1e9, .open = kOpen, .open_of_one = kOfOne}, kStart};
        std::vector<std::pair<Admission::Place, std::string>> inside;
        for (int step = 0; step < 500; ++step) {
            const std::string who = "192.0.2." + std::to_string(random() % 6);
            const auto of_one = [&] {
                return std::ranges::count(inside, who, [](const auto& e) { return e.second; });
            };
            if (random() % 5 < 3) {
                const auto place = admission.enter(at(who), kStart, 1);
                if (inside.size() >= kOpen) {
                    EXPECT_EQ(place.error().bound, Bound::open);
                } else if (of_one() >= kOfOne) {
                    EXPECT_EQ(place.error().bound, Bound::address);
                } else {
                    ASSERT_TRUE(place);
                    inside.emplace_back(*place, who);
                }
            } else if (!inside.empty()) {
                const auto one =
                    inside.begin() + static_cast<std::ptrdiff_t>(random() % inside.size());
                admission.leave(one->first);
                inside.erase(one);
            }
        }
    }
}

}  // namespace
}  // namespace stentor::net::access
