#pragma once
// Who owns a group when its owner does not any more: a group never is without one.
//
// An owner who leaves names the next one first, and is refused until then; the operator need not.
// Where they put the owner out, or take the role or the account, the group goes to the admin who is
// in it longest; where there is none, to the member who is.

#include <optional>

#include "base/ids.h"
#include "base/time.h"
#include "group/loads.h"
#include "group/pipeline.h"
#include "store/rows.h"

namespace stentor::group {

struct GroupState;

struct Heir {
    std::optional<store::MemberRow> row;
    bool nobody_left{};
};

// Nothing: they are being looked for. What was found is weighed as it is now.
[[nodiscard]] std::optional<Heir> heir_after(GroupState& group, const Work& work, UserId leaving);
// To them; where nobody is left, the group closes.
void pass_on(GroupState& group, Operation& operation, const Heir& heir, Time now);
void give_role(const GroupState& group, Operation& operation, store::MemberRow row,
               store::Role role, Time now);

}  // namespace stentor::group
