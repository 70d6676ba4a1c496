#pragma once
// Direct chats: groups of two that nobody creates, joins or leaves.

#include <optional>

#include "base/code.h"
#include "base/ids.h"
#include "base/time.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/pipeline.h"

namespace stentor::group {

struct GroupState;

// OpenDirect and BlockUser, both of which make the chat where there is none.
bool admit_direct(GroupState& group, const Work& work, CachedMember& member, UserId whom, Time now);

// Nobody, where the group is no direct chat.
[[nodiscard]] UserId counterpart(const GroupState& group, UserId uid);
// False: who else is in this direct chat is being loaded.
[[nodiscard]] bool knows_counterpart(GroupState& group, Work& work);
// They have blocked `uid`, who is told no more than that.
[[nodiscard]] std::optional<Error> objection_of_counterpart(const GroupState& group, UserId uid);
// The first message brings the chat to the other one.
void bring_in_counterpart(const GroupState& group, Operation& operation, Time now);

}  // namespace stentor::group
