// A group that ends: the operator deletes it, or the last member goes. Its log and its settings go
// with one commit; its members are told, and their rows dropped, in steps of a page, so that a
// million of them delay nobody. The head stays for good: its number is never given again.
//
// A head whose time is 0 has no rows left. Until then whoever speaks to the group, or the sweeper,
// goes on with what an owner before did not finish.

#include <utility>

#include "base/group_ids.h"
#include "group/answers.h"
#include "group/group.h"

namespace stentor::group {

using store::MemberRow;
using store::Role;

// LeaveGroup by nobody, with the operator's rights: the group itself goes.
void Group::admit_delete(const Work& work) {
    const bus::Command& command = work.command;
    // Two people would never have a chat again.
    if (gid_ == kBroadcastGroup || group_settings_.kind() == pb::GROUP_KIND_DIRECT) {
        return refuse(command.reply_to, {.code = Code::not_permitted, .where = "gid"});
    }
    Operation operation = step(command);
    operation.answer = done();
    close_with(operation);
    stage_rows(std::move(operation));
}

void Group::close_with(Operation& operation) {
    operation.closes = true;
    operation.after.members = 0;
    operation.after.floor = operation.after.seq;
    operation.after.floor_digest = operation.after.digest;
    operation.member_events.push_back(
        {.uid = {}, .kind = MemberEvent::Kind::group_closed, .by = operation.command.uid});
    group_settings_.Clear();
    state_ = State::closed;
}

void Group::closed() {
    settings_now_.Clear();
    ring_ = Ring{{}, head_.digest};
    tallies_ = {};
    readers_.clear();
    sweep_on();
    sweep_rest();
}

void Group::sweep_rest() {
    const bool swept = tip_.time == Time{};
    if (swept || rest_loading_ || !staged_.empty() || !in_flight_.empty()) return;
    rest_loading_ = true;
    load(LoadRest{});
}

void Group::on_rest_loaded(const Result<Found>& found, Time now) {
    rest_loading_ = false;
    if (!found || state_ != State::closed) return;  // Somebody asks again.
    const auto& rest = std::get<LoadedRest>(*found);
    Operation told{.after = tip_, .ousted = pb::OUST_REASON_GROUP_GONE, .sweeps = true};
    Operation untold{.after = tip_, .sweeps = true};
    for (MemberRow row : rest.members) {
        const bool is_in = row.role != Role::none || row.pending;
        Operation& operation = is_in ? told : untold;
        if (is_in) put_out(operation, row, now);
        operation.members.push_back(std::move(row));
    }
    untold.invites = rest.invites;
    const bool last = rest.members.empty() && rest.invites.empty();
    if (last) untold.after.time = {};
    told.after = untold.after;
    told.after.members = 0;
    told.member_events.clear();  // One event has said it of all.
    if (!told.members.empty()) stage(std::move(told));
    stage(std::move(untold));
}

}  // namespace stentor::group
