#include "base/cmid.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace stentor {
namespace {

constexpr std::array<std::uint8_t, 10> kRandom{0xff, 1, 0xff, 3, 4, 5, 6, 7, 8, 9};

TEST(Cmid, CarriesItsTime) {
    const Time time = from_ms(1'700'000'000'123);
    EXPECT_EQ(Cmid::made_at(time, kRandom).time(), time);
}

TEST(Cmid, IsOrderedByTime) {
    const std::array<std::uint8_t, 10> least{};
    EXPECT_LT(Cmid::made_at(from_ms(5), kRandom), Cmid::made_at(from_ms(6), least));
}

TEST(Cmid, IsReadBackFromItsBytes) {
    const Cmid cmid = Cmid::made_at(from_ms(77), kRandom);
    EXPECT_EQ(Cmid::from(cmid.view()), cmid);
}

TEST(Cmid, RefusesAnotherLengthVersionOrVariant) {
    const std::string good{Cmid::made_at(from_ms(77), kRandom).view()};
    EXPECT_FALSE(Cmid::from(good.substr(1)));
    EXPECT_FALSE(Cmid::from(good + "x"));
    EXPECT_FALSE(Cmid::from(""));
    std::string version = good;
    version[6] = 0x4f;
    EXPECT_FALSE(Cmid::from(version));
    std::string variant = good;
    variant[8] = 0x3f;
    EXPECT_FALSE(Cmid::from(variant));
}

}  // namespace
}  // namespace stentor
