#pragma once
// The group's moderation log: what members report, and what moderators do. A row goes with the
// commit of what it tells, so neither is ever there without the other.
//
// Rules: src/store/moderation.h for what is kept; a report for each entry and member,
// kReportsPerDay of one member; whoever moderates reads it.

#include "base/time.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/pipeline.h"

namespace stentor::group {

// What of a command its row tells; the kind and the reason are the command's own.
struct Noted {
    UserId uid{};
    Seq seq{};
    std::uint64_t value{};
};
[[nodiscard]] store::ModerationRow moderation_row(const GroupState& group,
                                                  const bus::Command& command, const Noted& noted,
                                                  Time now);
void note_act(const GroupState& group, Operation& operation, const Noted& noted, Time now);

bool admit_report(GroupState& group, Work& work, CachedMember& member, Time now);
bool admit_dismiss(GroupState& group, Work& work, CachedMember& member, Time now);

}  // namespace stentor::group
