#pragma once
// Coming into a group and going: creating, joining, asking to join, leaving.

#include <optional>

#include "base/code.h"
#include "base/ids.h"
#include "base/time.h"
#include "group/effects.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/pipeline.h"
#include "store/rows.h"
#include "wire/pb.h"

namespace stentor::group {

struct GroupState;

bool admit_create(GroupState& group, Work& work, Time now);
bool admit_join(GroupState& group, const Work& work, CachedMember& member, Time now);
bool admit_decision(GroupState& group, const Work& work, CachedMember& member, Time now);
bool admit_leave(GroupState& group, const Work& work, CachedMember& member, Time now);

// What a group is before its first operation.
void found_group(GroupState& group, UserId creator, pb::GroupSettings settings, Time now);
// The answer to whoever is in now.
[[nodiscard]] pb::ServerFrame group_ready(const GroupState& group, const store::MemberRow& row);
// Then it is answered.
[[nodiscard]] bool is_member_already(GroupState& group, const Work& work,
                                     const CachedMember& member);
[[nodiscard]] std::optional<Error> no_room(const GroupState& group, const LoadedEntrance& entrance);
// Whether whoever comes in must be counted again when that is written.
void count_again(Operation& operation, UserId uid, const LoadedEntrance& entrance);
// `row` is no member's any more, for the reason that the operation names.
void put_out(const GroupState& group, Operation& operation, store::MemberRow& row, Time now);

}  // namespace stentor::group
