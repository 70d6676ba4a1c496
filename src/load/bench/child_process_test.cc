#include "load/bench/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>

namespace stentor::bench {
namespace {

using namespace std::chrono_literals;

std::string first_line(ChildProcess& process) {
    std::string text;
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!text.ends_with('\n') && std::chrono::steady_clock::now() < end) {
        const auto more = process.output(100ms);
        if (!more) break;
        text += *more;
    }
    return text;
}

TEST(ChildProcess, WhatItStartedCountsWithItAndEndsWithIt) {
    ChildProcess process;
    // The shell waits for a child that uses a processor for a while and then says its number.
    process.start({"sh", "-c",
                   "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo $$; "
                   "exec sleep 60' & trap 'kill $!' TERM; wait"},
                  "/dev/null");
    const pid_t child = std::stoi(first_line(process));
    ASSERT_NE(child, process.id());
    // In this order: the child may use more between the two.
    const ProcessCost part = process_cost(child);
    const ProcessCost whole = process_cost(process.id());
    EXPECT_GT(part.cpu_s, 0.01);
    EXPECT_GE(whole.cpu_s, part.cpu_s);
    EXPECT_GT(part.own_bytes, 0U);
    EXPECT_GT(whole.own_bytes, part.own_bytes);

    process.stop(5s);
    EXPECT_FALSE(process.running());
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (::kill(child, 0) == 0 && std::chrono::steady_clock::now() < end) usleep(10'000);
    EXPECT_NE(::kill(child, 0), 0);
}

TEST(ChildProcess, WhatCannotBeStartedHasEnded) {
    ChildProcess process;
    process.start({"no-such-program-here"}, "/dev/null");
    std::optional<std::string> said;
    do said = process.output(1s);
    while (said && said->empty());
    EXPECT_FALSE(said);
}

}  // namespace
}  // namespace stentor::bench
