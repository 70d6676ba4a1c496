#include "group/partition.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/limits.h"

namespace stentor::group {

Partition::Partition(const Lease& lease, const Settings& settings, GroupPort& port)
    : lease_{lease}, settings_{settings}, port_{port} {}

Group& Partition::group(GroupId gid) {
    auto& place = groups_[gid];
    if (!place) place = std::make_unique<Group>(gid, lease_, settings_, port_);
    return *place;
}

Lane Partition::lane_of(const bus::Command& command) const {
    const auto found = groups_.find(command.gid);
    return group::lane_of(command, found != groups_.end() && found->second->is_staff(command.uid));
}

void Partition::on_command(bus::Command command, Time now) {
    const GroupId gid = command.gid;
    group(gid).on_command(std::move(command), now);
    touch(gid);
}

void Partition::on_open(std::uint64_t ask, const bus::AskOpen& question, Time now) {
    group(question.gid).on_open(ask, question, now);
}

void Partition::on_wake(GroupId gid, Time now) { group(gid).on_wake(now); }

void Partition::on_loaded(const Loaded& loaded, Time now) {
    const auto found = groups_.find(loaded.load.gid);
    if (found == groups_.end()) return;
    found->second->on_loaded(loaded, now);
    touch(loaded.load.gid);
}

void Partition::on_committed(GroupId gid, store::Outcome outcome) {
    const auto found = groups_.find(gid);
    if (found == groups_.end()) return;
    found->second->on_committed(outcome);
    touch(gid);
}

void Partition::flush() {
    for (const GroupId gid : std::exchange(touched_, {})) {
        const auto found = groups_.find(gid);
        if (found != groups_.end()) found->second->flush();
    }
}

bool Partition::holds(GroupId gid, UserId uid) const {
    const auto found = groups_.find(gid);
    return found != groups_.end() && found->second->holds(uid);
}

void Partition::on_tick(Time now) {
    std::erase_if(groups_, [&](const auto& entry) {
        return entry.second->idle_since(now - limits::kGroupIdle);
    });
    // Each forgets its share of those who are too many. Shares are parts of one running sum, so
    // that they make up the whole also where each group holds a few.
    const std::uint64_t cached = members_in_memory();
    const std::uint64_t excess = cached - std::min<std::uint64_t>(cached, limits::kMembersCached);
    std::uint64_t seen = 0;
    std::uint64_t shared_out = 0;
    for (auto& [gid, group] : groups_) {
        seen += group->members_cached();
        const std::uint64_t up_to_here = excess == 0 ? 0 : excess * seen / cached;
        group->on_tick(now, up_to_here - std::exchange(shared_out, up_to_here));
    }
}

std::size_t Partition::members_in_memory() const {
    std::size_t all = 0;
    for (const auto& [gid, group] : groups_) all += group->members_cached();
    return all;
}

void Partition::use_keywords(std::shared_ptr<const rules::Keywords> keywords) {
    settings_.rules.keywords = std::move(keywords);
}

}  // namespace stentor::group
