#include "server/machine/kernel_needs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace stentor::server {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMillion = 1'000'000;

Machine large() {
    return {.descriptors_hard = 20'000,
            .files_max = 2'000'000,
            .epoll_watches_max = 5'000'000,
            .backlog_max = 4'096,
            .syn_backlog_max = 4'096,
            .tcp_pages_max = kMillion,
            .ports = 28'232,
            .memory_bytes = std::uint64_t{24} << 30U,
            .cores = 2};
}

const Need& named(const std::vector<Need>& needs, std::string_view name) {
    return *std::ranges::find(needs, name, &Need::name);
}

TEST(KernelNeeds, ShardsHoldTheConnectionsWithSomethingLeftForChance) {
    EXPECT_EQ(shards_for(1, 20'000), 1U);
    EXPECT_EQ(shards_for(19'229, 20'000), 1U);
    EXPECT_EQ(shards_for(19'230, 20'000), 2U);
    EXPECT_EQ(shards_for(kMillion, 20'000), 53U);
    EXPECT_EQ(shards_for(0, 0), 1U);
}

TEST(KernelNeeds, AMachineWithAllOfItLacksNothing) {
    const auto needs = needs_of(large(), kMillion, 0);
    for (const Need& need : needs) EXPECT_TRUE(need.met() || need.advice) << need.name;
    EXPECT_EQ(named(needs, "server.shards").is, 53U);
}

TEST(KernelNeeds, EachThatIsTooLowIsNamedWithItsCommand) {
    Machine machine = large();
    machine.files_max = kMillion;
    machine.tcp_pages_max = 576'918;
    machine.tcp_chains = 262'144;
    machine.conntrack_max = 262'144;
    const auto needs = needs_of(machine, kMillion, 2);
    EXPECT_FALSE(named(needs, "server.shards").met());
    EXPECT_FALSE(named(needs, "fs.file-max").met());
    EXPECT_FALSE(named(needs, "net.ipv4.tcp_mem").met());
    EXPECT_TRUE(named(needs, "memory").met());
    EXPECT_EQ(named(needs, "net.ipv4.tcp_ehash_entries").needed, 524'288U);
    EXPECT_TRUE(named(needs, "net.netfilter.nf_conntrack_max").advice);
    const std::string text = told(needs);
    EXPECT_THAT(text, HasSubstr("sysctl -w net.ipv4.tcp_mem=\"500000 750000 1000000\""));
    EXPECT_THAT(text, HasSubstr("[server] shards = 53"));
    EXPECT_THAT(text, Not(HasSubstr("sysctl -w net.core.somaxconn")));
}

TEST(KernelNeeds, ThisMachineIsRead) {
    const Machine machine = read_machine();
    EXPECT_GT(machine.descriptors_hard, 0U);
    EXPECT_GT(machine.files_max, 0U);
    EXPECT_GT(machine.backlog_max, 0U);
    EXPECT_GT(machine.tcp_pages_max, 0U);
    EXPECT_GT(machine.memory_bytes, std::uint64_t{1} << 28U);
}

}  // namespace
}  // namespace stentor::server
