#include "group/closing.h"

#include <utility>

#include "base/group_ids.h"
#include "group/answers.h"
#include "group/clearing.h"
#include "group/loads.h"
#include "group/membership.h"
#include "group/pipeline.h"
#include "group/state.h"

namespace stentor::group {
namespace {

using store::MemberRow;
using store::Role;

}  // namespace

void admit_delete(GroupState& group, const Work& work) {
    const bus::Command& command = work.command;
    // Two people would never have a chat again.
    if (group.gid == kBroadcastGroup || is_direct(group)) {
        return refuse(group, command.reply_to, {.code = Code::not_permitted, .where = "gid"});
    }
    Operation operation = operation_for(group, command);
    operation.answer = done();
    close_with(group, operation);
    stage_rows(group, std::move(operation));
}

void close_with(GroupState& group, Operation& operation) {
    operation.closes = true;
    operation.after.members = 0;
    operation.after.floor = operation.after.seq;
    operation.after.floor_digest = operation.after.digest;
    operation.member_events.push_back(
        {.uid = {}, .kind = MemberEvent::Kind::group_closed, .by = operation.command.uid});
    group.pipeline.settings.Clear();
    group.phase = Phase::closed;
}

void on_closed(GroupState& group) {
    group.durable_settings.Clear();
    group.ring = Ring{{}, group.head.digest};
    group.sums.tallies = {};
    group.sums.readers.clear();
    continue_sweeps(group);
    sweep_rest(group);
}

void sweep_rest(GroupState& group) {
    const bool swept = group.pipeline.tip.time == Time{};
    if (swept || group.closing.loading || !group.pipeline.staged.empty() ||
        !group.pipeline.in_flight.empty())
        return;
    group.closing.loading = true;
    load(group, LoadRest{});
}

void on_rest_loaded(GroupState& group, const Result<Found>& found, Time now) {
    group.closing.loading = false;
    if (!found || group.phase != Phase::closed) return;  // Somebody asks again.
    const auto& rest = std::get<LoadedRest>(*found);
    Operation told{
        .after = group.pipeline.tip, .ousted = pb::OUST_REASON_GROUP_GONE, .sweeps = true};
    Operation untold{.after = group.pipeline.tip, .sweeps = true};
    for (MemberRow row : rest.members) {
        const bool is_in = row.role != Role::none || row.pending;
        Operation& operation = is_in ? told : untold;
        if (is_in) put_out(group, operation, row, now);
        operation.members.push_back(std::move(row));
    }
    untold.invites = rest.invites;
    const bool last = rest.members.empty() && rest.invites.empty();
    if (last) untold.after.time = {};
    told.after = untold.after;
    told.after.members = 0;
    told.member_events.clear();  // One event has said it of all.
    if (!told.members.empty()) stage(group, std::move(told));
    stage(group, std::move(untold));
}

}  // namespace stentor::group
