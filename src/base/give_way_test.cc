#include "base/give_way.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

namespace stentor {
namespace {

int priority() { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); }

TEST(GiveWay, LowersTheThreadThatSaysSoAndNoOther) {
    const int before = priority();
    int lowered = before;
    std::thread{[&] {
        give_way();
        lowered = priority();
    }}.join();
    EXPECT_EQ(lowered, std::min(before + 10, 19));
    EXPECT_EQ(priority(), before);
}

}  // namespace
}  // namespace stentor
