#include "group/partition.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "base/planted_bugs.h"
#include "group/admission.h"
#include "group/answers.h"

namespace stentor::group {
namespace {

// Known to be its admin or owner; who did nothing lately is not known.
bool is_staff(const GroupState& group, UserId uid) {
    const auto member = group.members.find(uid);
    return member != group.members.end() && member->second.row.role >= store::Role::admin;
}

// It may leave memory: nobody waits for it, and nothing happened since `time`.
bool is_idle_since(const GroupState& group, Time time) {
    return group.used < time && group.pipeline.empty() && group.loads.empty() &&
           group.openings.empty() && group.sweeps.empty() && !group.sums.readers_loading &&
           !group.duties.loading && !group.retention.loading && !group.closing.loading &&
           group.phase != Phase::loading;
}

// Forgets old ids and quiet members.
void tick(GroupState& group, Time now, std::size_t members_excess) {
    if (group.phase == Phase::live) {
        publish_sums(group, now);
        publish_duties(group, now);
        keep_retention(group, now);
    }
    group.sent.forget(now - limits::kYoungIds, limits::kYoungIdsMax);
    forget_members(group, now, members_excess);
    // Longer than a look-up of one takes, which may have read what was before.
    group.invites.forget(now - limits::kAskWithin);
    if (group.phase == Phase::closed) sweep_rest(group);
    // A commit under way is a conflict, and brings the same.
    const bool ended = group.phase == Phase::live && group.head.epoch < group.lease.epoch;
    if (ended && group.pipeline.in_flight.empty()) drop_memory(group);
}

}  // namespace

Partition::Partition(const Lease& lease, const Settings& settings, GroupPort& port)
    : lease_{lease}, settings_{settings}, port_{port} {}

GroupState& Partition::group(GroupId gid) {
    const auto [place, is_new] = groups_.try_emplace(gid, gid, lease_, settings_, port_);
    // Also when it leaves memory and comes back, its loads are told from those of before.
    if (is_new) place->second.loads.generation = ++came_in_ << 32U;
    return place->second;
}

Lane Partition::lane_of(const bus::Command& command) const {
    const auto found = groups_.find(command.gid);
    return group::lane_of(command, found != groups_.end() && is_staff(found->second, command.uid));
}

void Partition::on_command(bus::Command command, Time now) {
    GroupState& state = group(command.gid);
    touched_.push_back(state.gid);
    receive_command(state, std::move(command), now);
}

void Partition::on_open(std::uint64_t ask, const bus::AskOpen& question, Time now) {
    receive_question(group(question.gid), {.ask = ask, .question = question}, now);
}

void Partition::on_wake(GroupId gid, Time now) { look_at_retention(group(gid), now); }

void Partition::on_loaded(const Loaded& loaded, Time now) {
    if (closing_) return;
    const bool passes =
        planted(Bug::load_of_former_tenure) && std::holds_alternative<LoadGroup>(loaded.load.what);
    if (loaded.load.term != lease_.term && !passes) return;
    const auto found = groups_.find(loaded.load.gid);
    if (found == groups_.end()) return;
    receive_loaded(found->second, loaded, now);
    touched_.push_back(loaded.load.gid);
}

bool Partition::awaits(const Committed& committed) const {
    const auto found = groups_.find(committed.gid);
    if (found == groups_.end() || found->second.pipeline.in_flight.empty()) return false;
    if (planted(Bug::outcome_of_former_tenure)) return true;
    return committed.term == lease_.term &&
           committed.version == found->second.pipeline.in_flight_head.version;
}

void Partition::on_committed(GroupId gid, store::Outcome outcome) {
    const auto found = groups_.find(gid);
    if (found == groups_.end()) return;
    if (closing_ && outcome == store::Outcome::unknown) return lose_in_flight(found->second);
    // Whatever was ordered passes all checks again, against what the store really holds: what got
    // there is then found as a duplicate, the rest is numbered anew.
    outcome == store::Outcome::done ? commit_done(found->second) : drop_memory(found->second);
    touched_.push_back(gid);
}

bool Partition::is_settled() const {
    return std::ranges::all_of(
        groups_, [](const auto& entry) { return entry.second.pipeline.in_flight.empty(); });
}

std::vector<bus::Command> Partition::take_commands() {
    std::vector<bus::Command> commands;
    for (auto& [gid, group] : groups_) {
        std::ranges::move(group::take_commands(group), std::back_inserter(commands));
    }
    return commands;
}

void Partition::lose() {
    for (auto& [gid, group] : groups_) {
        lose_in_flight(group);
        for (const bus::Command& command : group::take_commands(group)) {
            refuse(group, command.reply_to, kOwnerMoved);
        }
    }
}

void Partition::flush() {
    if (closing_) return;
    for (const GroupId gid : std::exchange(touched_, {})) {
        const auto found = groups_.find(gid);
        if (found != groups_.end()) commit_staged(found->second);
    }
}

bool Partition::holds(GroupId gid, UserId uid) const {
    const auto found = groups_.find(gid);
    return found != groups_.end() && found->second.pipeline.holds(uid);
}

void Partition::on_tick(Time now) {
    std::erase_if(groups_, [&](const auto& entry) {
        return is_idle_since(entry.second, now - limits::kGroupIdle);
    });
    // Each forgets its share of those who are too many. Shares are parts of one running sum, so
    // that they make up the whole also where each group holds a few.
    const std::uint64_t cached = members_in_memory();
    const std::uint64_t excess = cached - std::min<std::uint64_t>(cached, limits::kMembersCached);
    std::uint64_t seen = 0;
    std::uint64_t shared_out = 0;
    for (auto& [gid, group] : groups_) {
        seen += group.members.size();
        const std::uint64_t up_to_here = excess == 0 ? 0 : excess * seen / cached;
        tick(group, now, up_to_here - std::exchange(shared_out, up_to_here));
    }
}

std::size_t Partition::members_in_memory() const {
    std::size_t all = 0;
    for (const auto& [gid, group] : groups_) all += group.members.size();
    return all;
}

void Partition::use_keywords(std::shared_ptr<const rules::Keywords> keywords) {
    settings_.rules.keywords = std::move(keywords);
}

}  // namespace stentor::group
