#include "node/session/flight.h"

#include <gtest/gtest.h>

namespace stentor::session {
namespace {

const Time kStart = from_ms(1'700'000'000'000);

TEST(Flight, NothingIsKeptWhileNothingIsUnderWay) {
    Flight flight;
    EXPECT_TRUE(flight.empty());
    flight.add(7, kStart + Millis{1'000}, true);
    flight.add(8, kStart + Millis{2'000});
    EXPECT_TRUE(flight.rated(7));
    EXPECT_FALSE(flight.rated(8));
    EXPECT_TRUE(flight.remove(7));
    EXPECT_FALSE(flight.remove(7));
    EXPECT_FALSE(flight.empty());
    EXPECT_EQ(flight.earliest(), kStart + Millis{2'000});
    EXPECT_EQ(flight.take_due(kStart + Millis{1'999}), 0U);
    EXPECT_EQ(flight.take_due(kStart + Millis{2'000}), 8U);
    EXPECT_TRUE(flight.empty());
    EXPECT_EQ(flight.earliest(), std::nullopt);
}

}  // namespace
}  // namespace stentor::session
