// How long the first page of the list takes for somebody who is in as many groups as one may be,
// while it is warm and after the server came up again.

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/limits.h"
#include "bench/progress.h"
#include "bench/rig.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kLists = 500;
constexpr std::size_t kBusy = 150;  // Groups in which somebody else has written.
constexpr Millis kPatience{120'000};

void make_groups(Rig& rig, Member& owner, std::vector<GroupId>& gids) {
    Progress progress{"list: groups"};
    while (gids.size() < limits::kGroupsPerUser) {
        owner.create_group();
        const bool made = rig.fleet().run_until([&] { return !owner.creating(); }, kPatience);
        if (!made) throw std::runtime_error{"the groups could not be made"};
        gids.push_back(owner.created());
        progress.show(static_cast<double>(gids.size()) / limits::kGroupsPerUser, "");
    }
}

void list_often(const Context& context, Rig& rig, Member& owner, const std::string& where) {
    rig.world().lists = {};
    for (std::size_t i = 0; i < kLists; ++i) {
        const std::uint64_t before = rig.world().lists.count();
        owner.list();
        const bool came =
            rig.fleet().run_until([&] { return rig.world().lists.count() > before; }, kPatience);
        if (!came) throw std::runtime_error{"no list came"};
        if (i == 0) {
            context.findings.figure("list", "the very first page, " + where,
                                    static_cast<double>(rig.world().lists.max()) / 1e6, "ms");
        }
    }
    for (const double part : {0.5, 0.99}) {
        context.findings.figure("list", fmt::format("first page p{:g}, {}", part * 100, where),
                                static_cast<double>(rig.world().lists.at(part)) / 1e6, "ms");
    }
    if (owner.listed().total() != limits::kGroupsPerUser) {
        context.findings.fail("list", fmt::format("{} groups listed", owner.listed().total()));
    }
}

}  // namespace

void measure_list(const Context& context) {
    Rig rig{context};
    Member& owner = rig.fleet().add(false, true);
    Member& writer = rig.fleet().add(false, true);
    rig.fleet().connect_all();
    std::vector<GroupId> gids;
    make_groups(rig, owner, gids);
    const std::vector<GroupId> busy{gids.begin(), gids.begin() + kBusy};
    rig.fleet().join_all(busy, 1, 2);
    for (const GroupId gid : busy) writer.send(gid, "news", Clock::now());
    if (!rig.fleet().run_until([&] { return writer.idle(); }, kPatience)) {
        throw std::runtime_error{"the news could not be written"};
    }
    list_often(context, rig, owner, "2,000 groups");
    rig.conclude("list");
    rig.own_server().kill();
    rig.own_server().start();
    rig.retarget();
    if (!rig.fleet().run_until([&] { return owner.connected(); }, kPatience)) {
        throw std::runtime_error{"nobody came back"};
    }
    list_often(context, rig, owner, "2,000 groups, after a restart");
}

}  // namespace stentor::bench
