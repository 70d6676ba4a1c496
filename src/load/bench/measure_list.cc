// How long the first page of the list takes for somebody who is in as many groups as one may be,
// and what it costs: while it is warm, and after the server came up again.

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/limits.h"
#include "client/commands.h"
#include "load/bench/progress.h"
#include "load/bench/server_cpu.h"
#include "load/bench/testbed.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kLists = 1'000;
constexpr std::size_t kWriters = 3;
constexpr std::size_t kBusyOfEach = 50;  // Groups in which a writer has written.
constexpr double kAimedMs = 20;
constexpr Millis kPatience{120'000};

std::vector<GroupId> make_groups(Testbed& testbed, Member& owner) {
    Progress progress{"list: groups"};
    std::vector<GroupId> gids;
    while (gids.size() < limits::kGroupsPerUser) {
        owner.create_group();
        const bool made = testbed.fleet().run_until([&] { return !owner.creating(); }, kPatience);
        if (!made) throw std::runtime_error{"the groups could not be made"};
        gids.push_back(owner.created());
        progress.show(static_cast<double>(gids.size()) / limits::kGroupsPerUser, "");
    }
    return gids;
}

// The writers watch what they write, so that it is checked.
void write_news(Testbed& testbed, const std::vector<GroupId>& gids) {
    for (std::size_t n = 0; n < kWriters; ++n) {
        const auto first = gids.begin() + static_cast<std::ptrdiff_t>(n * kBusyOfEach);
        const std::vector<GroupId> own{first, first + kBusyOfEach};
        testbed.fleet().join_all(own, n + 1, n + 2);
        for (const GroupId gid : own) testbed.fleet()[n + 1].send(gid, "news", Clock::now());
    }
    if (!testbed.fleet().settle(kPatience))
        throw std::runtime_error{"the news could not be written"};
}

void list_often(const Context& context, Testbed& testbed, Member& owner, const std::string& where) {
    Histogram took;
    auto& findings = context.findings;
    std::uint32_t total = 0;
    const ServerCpu cpu{testbed.own_server()};
    for (std::size_t i = 0; i < kLists; ++i) {
        const Fleet::Answer answer = testbed.fleet().ask(owner, client::list_command());
        took.add(static_cast<std::uint64_t>(answer.took.count()));
        total = answer.frame.groups().total();
        if (i == 0) {
            findings.figure("list", "the very first page, " + where,
                            static_cast<double>(took.max()) / 1e6, "ms");
        }
    }
    const double cpu_ms = cpu.seconds() * 1e3 / static_cast<double>(kLists);
    for (const double part : {0.5, 0.99}) {
        findings.figure("list", fmt::format("first page p{:g}, {}", part * 100, where),
                        static_cast<double>(took.at(part)) / 1e6, "ms");
    }
    findings.figure("list", "server's CPU for a page, " + where, cpu_ms, "ms");
    if (total != limits::kGroupsPerUser) {
        findings.fail("list", fmt::format("{} groups listed", total));
    }
    if (static_cast<double>(took.at(0.99)) / 1e6 > kAimedMs) {
        findings.fail("list", fmt::format("first page p99 above {} ms, {}", kAimedMs, where));
    }
}

}  // namespace

void measure_list(const Context& context) {
    Testbed testbed{context};
    Member& owner = testbed.fleet().add(false, true);
    for (std::size_t n = 0; n < kWriters; ++n) testbed.fleet().add(true, true);
    testbed.fleet().connect_all();
    write_news(testbed, make_groups(testbed, owner));
    list_often(context, testbed, owner, "2,000 groups");
    testbed.own_server().kill();
    testbed.own_server().start();
    testbed.retarget();
    const auto back = [&] {
        return testbed.world().lost_connections > kWriters && owner.connected();
    };
    if (!testbed.fleet().run_until(back, kPatience)) throw std::runtime_error{"nobody came back"};
    list_often(context, testbed, owner, "after a restart");
    testbed.conclude("list");
}

}  // namespace stentor::bench
