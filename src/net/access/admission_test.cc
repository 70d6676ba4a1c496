#include "net/access/admission.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "net/access/shares.h"

namespace stentor::net::access {
namespace {

const Time kStart = from_ms(1'700'000'000'000);

Address at(const std::string& text) { return *parse_address(text); }

// How many of five a millisecond are let in within three seconds.
int taken_of_a_flood(const std::function<Address(int)>& from, Bound bound) {
    Admission admission{{.per_s = 100, .open = 10'000, .open_of_one = 10'000}, kStart};
    int taken = 0;
    for (int ms = 0; ms <= 3'000; ++ms) {
        for (int i = 0; i < 5; ++i) {
            const auto place = admission.enter(from(5 * ms + i), kStart + Millis{ms}, 1);
            if (place) {
                ++taken;
                admission.leave(*place);
            } else {
                EXPECT_EQ(place.error().bound, bound);
            }
        }
    }
    return taken;
}

Address one_of_many_networks(int number) {
    const std::array<std::uint8_t, 4> bytes{10, static_cast<std::uint8_t>(number >> 8U),
                                            static_cast<std::uint8_t>(number), 1};
    return from_v4(bytes.data());
}

TEST(Admission, TakesSoManyASecondAndAsManyAtOnce) {
    // Tenths of a token do not add up to the last bit.
    EXPECT_NEAR(taken_of_a_flood(one_of_many_networks, Bound::rate), 400, 1);
}

TEST(Admission, OneAddressAloneGetsTheWholeRateAndHalfOfItAtOnce) {
    const auto one = [](int) { return at("192.0.2.7"); };
    EXPECT_NEAR(taken_of_a_flood(one, Bound::share), 350, 5);
}

// One beginning a second of each of sixty others beside `flood` tries a millisecond.
int others_let_in(const std::function<Address(int)>& flood, bool through_proxy) {
    Admission admission{{.per_s = 100, .open = 10'000, .open_of_one = 10'000}, kStart};
    const auto begin = [&](const Address& from, Time now) {
        if (!through_proxy) {
            const auto place = admission.enter(from, now, 1);
            if (place) admission.leave(*place);
            return place.has_value();
        }
        const auto place = admission.enter(std::nullopt, now, 1);
        const bool named = place && admission.locate(*place, from, now, 1).has_value();
        if (place) admission.leave(*place);
        return named;
    };
    int in = 0;
    for (int ms = 0; ms < 10'000; ++ms) {
        const Time now = kStart + Millis{ms};
        for (int i = 0; i < 20; ++i) (void)begin(flood(20 * ms + i), now);
        if (ms % 17 == 16 && begin(one_of_many_networks(ms / 17 % 60), now)) ++in;
    }
    return in * 100 / (10'000 / 17);
}

TEST(Admission, AnAddressAtFullSpeedKeepsNobodyElseOut) {
    const auto one = [](int) { return at("192.0.2.7"); };
    EXPECT_GE(others_let_in(one, false), 99);
    EXPECT_GE(others_let_in(one, true), 99);
}

TEST(Admission, ANetworkAtFullSpeedKeepsNobodyElseOut) {
    const auto four = [](int n) { return at("192.0.2." + std::to_string(n % 256)); };
    EXPECT_GE(others_let_in(four, false), 99);
    const auto six = [](int n) { return at("2001:db8:1:" + std::to_string(n % 1'000) + "::1"); };
    EXPECT_GE(others_let_in(six, false), 99);
}

TEST(Admission, AFloodDoesNotSendTheOthersFarAway) {
    Admission admission{{.per_s = 10, .open = 100'000, .open_of_one = 100'000}, kStart};
    for (int i = 0; i < 10'000; ++i) (void)admission.enter(at("192.0.2.7"), kStart, 1);
    std::optional<Admission::Refusal> told;
    for (int i = 0; i < 20 && !told; ++i) {
        const auto place = admission.enter(one_of_many_networks(i), kStart, 1);
        if (!place) told = place.error();
    }
    ASSERT_TRUE(told);
    EXPECT_EQ(told->bound, Bound::rate);
    EXPECT_LE(told->retry_after, Millis{200});
}

TEST(Shares, AFullTableForgetsWhoIsNearestToHavingAllAgain) {
    Shares shares{6'400, kStart, 7};
    const Address busy = at("192.0.2.7");
    for (int i = 0; i < 100; ++i) shares.count(busy, kStart);
    EXPECT_FALSE(shares.within(busy, kStart));
    for (int i = 0; i < 60'000; ++i) shares.count(one_of_many_networks(i), kStart);
    EXPECT_FALSE(shares.within(busy, kStart));
    EXPECT_TRUE(shares.within(busy, kStart + Millis{1'100}));
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
    for (int i = 0; i < 1'000; ++i) {
        taken += admission.enter(one_of_many_networks(i), kStart, 1) ? 1 : 0;
    }
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
    EXPECT_TRUE(admission.locate(places[0], at("192.0.2.7"), kStart, 1));
    EXPECT_TRUE(admission.locate(places[0], at("192.0.2.8"), kStart, 1));  // It was named before.
    EXPECT_TRUE(admission.locate(places[1], at("192.0.2.7"), kStart, 1));
    EXPECT_EQ(admission.locate(places[2], at("192.0.2.7"), kStart, 1).error().bound,
              Bound::address);
    admission.leave(places[2]);
    admission.leave(places[1]);
    EXPECT_TRUE(admission.locate(places[3], at("192.0.2.7"), kStart, 1));
}

TEST(Admission, WhoBeginsOnceMoreIsBoundedButTakesNothingFromTheRate) {
    Admission admission{{.per_s = 1, .open = 3, .open_of_one = 2}, kStart};
    const auto first = admission.enter(at("192.0.2.7"), kStart, 1);
    ASSERT_TRUE(first);
    admission.leave(*first);
    const auto again = admission.enter_again(at("192.0.2.7"), true, kStart, 1);
    ASSERT_TRUE(again);
    EXPECT_TRUE(admission.enter_again(at("192.0.2.7"), true, kStart, 1));
    const auto third = admission.enter_again(at("192.0.2.7"), true, kStart, 1);
    EXPECT_EQ(third.error().bound, Bound::address);
    EXPECT_EQ(third.error().limit, 2U);
    EXPECT_TRUE(admission.enter_again(at("192.0.2.8"), true, kStart, 1));
    EXPECT_EQ(admission.enter_again(at("192.0.2.9"), true, kStart, 1).error().bound, Bound::open);
    admission.leave(*again);
    EXPECT_TRUE(admission.enter_again(at("192.0.2.7"), true, kStart, 1));
}

TEST(Admission, NamesTheRateThatHoldsNow) {
    Admission admission{{.per_s = 1'000, .open = 100, .open_of_one = 100}, kStart};
    admission.set_rate(10);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(admission.enter(one_of_many_networks(i), kStart, 1));
    EXPECT_EQ(admission.enter(one_of_many_networks(10), kStart, 1).error().limit, 10U);
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
