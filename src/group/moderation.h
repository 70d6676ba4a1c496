#pragma once
// What admins, owners and the operator do to others: kick, ban, mute, roles, notes. Each keeps its
// place in the order of the group's stream.

#include <optional>

#include "base/code.h"
#include "base/time.h"
#include "bus/bus.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/rank.h"
#include "wire/pb.h"

namespace stentor::group {

struct GroupState;

bool admit_member_change(GroupState& group, Work& work, CachedMember& member, Time now);
bool admit_note(GroupState& group, Work& work, CachedMember& member, Time now);

// Nothing when they may; otherwise what they are refused with.
[[nodiscard]] std::optional<Error> objection_to(Act act, const bus::Command& command,
                                                const CachedMember& member,
                                                Rank target = Rank::none);
// Answers what has come about already; behind what is not durable yet, if that brought it about.
void confirm(GroupState& group, const Work& work, const CachedMember& target,
             pb::OustReason ousted);

}  // namespace stentor::group
