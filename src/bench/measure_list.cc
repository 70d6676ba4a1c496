// How long the first page of the list takes for somebody who is in as many groups as one may be,
// and what it costs: while it is warm, and after the server came up again.

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/limits.h"
#include "bench/progress.h"
#include "bench/rig.h"
#include "bench/server_cpu.h"
#include "client/commands.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kLists = 1'000;
constexpr std::size_t kWriters = 3;
constexpr std::size_t kBusyOfEach = 50;  // Groups in which a writer has written.
constexpr double kAimedMs = 20;
constexpr Millis kPatience{120'000};

std::vector<GroupId> make_groups(Rig& rig, Member& owner) {
    Progress progress{"list: groups"};
    std::vector<GroupId> gids;
    while (gids.size() < limits::kGroupsPerUser) {
        owner.create_group();
        const bool made = rig.fleet().run_until([&] { return !owner.creating(); }, kPatience);
        if (!made) throw std::runtime_error{"the groups could not be made"};
        gids.push_back(owner.created());
        progress.show(static_cast<double>(gids.size()) / limits::kGroupsPerUser, "");
    }
    return gids;
}

// The writers watch what they write, so that it is checked.
void write_news(Rig& rig, const std::vector<GroupId>& gids) {
    for (std::size_t n = 0; n < kWriters; ++n) {
        const auto first = gids.begin() + static_cast<std::ptrdiff_t>(n * kBusyOfEach);
        const std::vector<GroupId> own{first, first + kBusyOfEach};
        rig.fleet().join_all(own, n + 1, n + 2);
        for (const GroupId gid : own) rig.fleet()[n + 1].send(gid, "news", Clock::now());
    }
    if (!rig.fleet().settle(kPatience)) throw std::runtime_error{"the news could not be written"};
}

void list_often(const Context& context, Rig& rig, Member& owner, const std::string& where) {
    Histogram took;
    auto& findings = context.findings;
    std::uint32_t total = 0;
    const ServerCpu cpu{rig.own_server()};
    for (std::size_t i = 0; i < kLists; ++i) {
        const Fleet::Answer answer = rig.fleet().ask(owner, client::list_command());
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
    Rig rig{context};
    Member& owner = rig.fleet().add(false, true);
    for (std::size_t n = 0; n < kWriters; ++n) rig.fleet().add(true, true);
    rig.fleet().connect_all();
    write_news(rig, make_groups(rig, owner));
    list_often(context, rig, owner, "2,000 groups");
    rig.own_server().kill();
    rig.own_server().start();
    rig.retarget();
    const auto back = [&] { return rig.world().lost_connections > kWriters && owner.connected(); };
    if (!rig.fleet().run_until(back, kPatience)) throw std::runtime_error{"nobody came back"};
    list_often(context, rig, owner, "after a restart");
    rig.conclude("list");
}

}  // namespace stentor::bench
