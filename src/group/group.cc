#include "group/group.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "group/admission.h"
#include "group/notes.h"

namespace stentor::group {

Group::Group(GroupId gid, const Lease& lease, const Settings& settings, GroupPort& port)
    : state_{.gid = gid, .lease = lease, .server_settings = settings, .port = port} {}

void Group::on_command(bus::Command command, Time now) {
    receive_command(state_, std::move(command), now);
}

void Group::on_open(std::uint64_t ask, const bus::AskOpen& question, Time now) {
    receive_question(state_, {.ask = ask, .question = question}, now);
}

void Group::on_loaded(const Loaded& loaded, Time now) { receive_loaded(state_, loaded, now); }

void Group::on_committed(store::Outcome outcome) {
    if (outcome == store::Outcome::done) return commit_done(state_);
    // Whatever was ordered passes all checks again, against what the store really holds: what got
    // there is then found as a duplicate, the rest is numbered anew.
    drop_memory(state_);
}

void Group::write_note(UserId uid, Code code, std::string_view text, Time now) {
    group::write_note(state_, uid, code, text, now);
}

void Group::flush() { commit_staged(state_); }

void Group::on_wake(Time now) {
    state_.used = now;
    state_.retention.next_at = now;
    if (state_.phase == Phase::unloaded) load(state_, LoadGroup{});
}

void Group::on_tick(Time now, std::size_t members_excess) {
    if (state_.phase == Phase::live) {
        publish_sums(state_, now);
        keep_retention(state_, now);
    }
    state_.sent.forget(now - limits::kYoungIds, limits::kYoungIdsMax);
    forget_members(state_, now, members_excess);
    // Longer than a look-up of one takes, which may have read what was before.
    state_.invites.forget(now - limits::kAskWithin);
    if (state_.phase == Phase::closed) sweep_rest(state_);
}

bool Group::is_staff(UserId uid) const {
    const auto member = state_.members.find(uid);
    return member != state_.members.end() && member->second.row.role >= store::Role::admin;
}

bool Group::holds(UserId uid) const {
    const auto theirs = [uid](const Operation& operation) { return operation.command.uid == uid; };
    return std::ranges::any_of(state_.pipeline.staged, theirs) ||
           std::ranges::any_of(state_.pipeline.in_flight, theirs);
}

bool Group::idle_since(Time time) const {
    return state_.used < time && state_.pipeline.empty() && state_.loads.empty() &&
           state_.openings.empty() && state_.sweeps.empty() && !state_.sums.readers_loading &&
           !state_.retention.loading && !state_.closing.loading && state_.phase != Phase::loading;
}

}  // namespace stentor::group
