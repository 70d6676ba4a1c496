#include "group/succession.h"

#include <utility>
#include <vector>

#include "group/closing.h"
#include "group/loads.h"
#include "group/notes.h"
#include "group/state.h"

namespace stentor::group {
namespace {

using store::MemberRow;
using store::Role;

}  // namespace

std::optional<Heir> heir_after(GroupState& group, const Work& work, UserId leaving) {
    if (group.pipeline.tip.members <= 1) return Heir{.nobody_left = true};
    const auto* found = found_as<std::vector<MemberRow>>(work.found);
    if (found == nullptr) {
        load_for(group, work.command.uid, HeirOf{leaving});
        return std::nullopt;
    }
    Heir heir;
    for (const MemberRow& row : *found) {
        const auto member = group.members.find(row.uid);
        const MemberRow& now = member != group.members.end() ? member->second.row : row;
        if (now.uid == leaving || now.role == Role::none) continue;
        const bool outranks = !heir.row || now.role > heir.row->role;
        const bool longer = heir.row && now.role == heir.row->role && now.joined < heir.row->joined;
        if (outranks || longer) heir.row = now;
    }
    return heir;
}

void pass_on(GroupState& group, Operation& operation, const Heir& heir, Time now) {
    if (heir.row) {
        give_role(group, operation, *heir.row, Role::owner, now);
    } else if (operation.after.members == 0) {
        close_with(group, operation);
    }
}

void give_role(const GroupState& group, Operation& operation, MemberRow row, Role role, Time now) {
    row.role = role;
    ++row.version;
    pb::UserLogEntry entry;
    entry.mutable_role_changed()->set_role(static_cast<pb::Role>(role));
    entry.mutable_role_changed()->set_by(operation.command.uid.value);
    tell(group, operation, row.uid, std::move(entry), now);
    operation.members.push_back(std::move(row));
}

}  // namespace stentor::group
