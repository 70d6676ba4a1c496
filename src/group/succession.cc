// Who owns a group when its owner does not any more: a group never is without one.
//
// An owner who leaves names the next one first, and is refused until then; the operator need not.
// Where they put the owner out, or take the role or the account, the group goes to the admin who is
// in it longest; where there is none, to the member who is.

#include <utility>
#include <vector>

#include "group/answers.h"
#include "group/group.h"

namespace stentor::group {

using store::MemberRow;
using store::Role;

// Nothing: they are being looked for. What was found is weighed as it is now.
std::optional<Heir> Group::heir_after(const Work& work, UserId leaving) {
    if (tip_.members <= 1) return Heir{.nobody_left = true};
    const auto* found = found_as<std::vector<MemberRow>>(work.found);
    if (found == nullptr) {
        load_for(work.command.uid, HeirOf{leaving});
        return std::nullopt;
    }
    Heir heir;
    for (const MemberRow& row : *found) {
        const auto member = members_.find(row.uid);
        const MemberRow& now = member != members_.end() ? member->second.row : row;
        if (now.uid == leaving || now.role == Role::none) continue;
        const bool outranks = !heir.row || now.role > heir.row->role;
        const bool longer = heir.row && now.role == heir.row->role && now.joined < heir.row->joined;
        if (outranks || longer) heir.row = now;
    }
    return heir;
}

void Group::pass_on(Operation& operation, const Heir& heir, Time now) {
    if (heir.row) {
        give_role(operation, *heir.row, Role::owner, now);
    } else if (operation.after.members == 0) {
        close_with(operation);
    }
}

void Group::give_role(Operation& operation, MemberRow row, Role role, Time now) const {
    row.role = role;
    ++row.version;
    pb::UserLogEntry entry;
    entry.mutable_role_changed()->set_role(static_cast<pb::Role>(role));
    entry.mutable_role_changed()->set_by(operation.command.uid.value);
    tell(operation, row.uid, std::move(entry), now);
    operation.members.push_back(std::move(row));
}

}  // namespace stentor::group
