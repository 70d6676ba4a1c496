#include "server/memory_use.h"

#include <gtest/gtest.h>

namespace stentor::server {
namespace {

TEST(MemoryUse, IsReadFromWhatTheKernelWrites) {
    EXPECT_EQ(resident_pages_in("189231 51234 1024 8 0 60001 0\n"), 51'234U);
    EXPECT_EQ(resident_pages_in(""), 0U);
    EXPECT_EQ(tcp_pages_in("sockets: used 290\n"
                           "TCP: inuse 41 orphan 0 tw 12 alloc 55 mem 7301\n"
                           "UDP: inuse 3 mem 99\n"),
              7'301U);
    EXPECT_EQ(tcp_pages_in("UDP: inuse 3 mem 99\n"), 0U);
}

TEST(MemoryUse, TheOneThatIsCloserToItsLimitCounts) {
    MemoryUse use{.resident_bytes = 600, .resident_max = 1'000, .tcp_pages = 10};
    EXPECT_EQ(use.permille(), 600U);  // Of TCP no limit is known.
    use.tcp_pages_max = 12;
    EXPECT_EQ(use.permille(), 833U);
}

TEST(MemoryUse, ThisProcessUsesSomeAndLessThanThereIs) {
    const MemoryUse use = MemoryMeter{0}.read();
    EXPECT_GT(use.resident_bytes, 100'000U);
    EXPECT_GT(use.resident_max, use.resident_bytes);
    EXPECT_EQ(MemoryMeter{12'345}.read().resident_max, 12'345U);
}

}  // namespace
}  // namespace stentor::server
