#pragma once
// Commands about entries that stand in the log already: recalling, editing, hiding. None gets a
// number of its own; a change keeps its place between the entries around it.

#include <optional>

#include "base/code.h"
#include "base/ids.h"
#include "base/time.h"
#include "bus/bus.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/pipeline.h"
#include "wire/log_entry.h"

namespace stentor::group {

struct GroupState;

// `entry` in its next revision, without a body.
[[nodiscard]] LogEntry recalled(const LogEntry& entry, UserId by, Time now);
// What was recalled takes its reactions with it, and stands above the others no more.
void stage_entry(GroupState& group, Operation operation, LogEntry entry);
// The entry at `seq` as it will be once everything staged is durable; nullptr: there is none that
// the member may see. Nothing: it is being loaded.
[[nodiscard]] std::optional<const LogEntry*> entry_for(GroupState& group, Work& work,
                                                       const CachedMember& member, Seq seq);

bool admit_recall(GroupState& group, Work& work, CachedMember& member, Time now);
bool admit_edit(GroupState& group, Work& work, CachedMember& member, Time now);
bool admit_hide(GroupState& group, Work& work, CachedMember& member, Time now);

// What holds for every command about an entry, reactions too. `named`: the epoch in the command.
[[nodiscard]] std::optional<Error> objection_to_change(GroupState& group, Work& work,
                                                       CachedMember& member, Epoch named, Time now);
[[nodiscard]] bool may_see(const GroupState& group, const bus::Command& command,
                           const CachedMember& member, Seq seq);
// As it will be once everything staged is durable; nullptr: it is not in memory.
[[nodiscard]] const LogEntry* newest_state(const GroupState& group, Seq seq);
void mark_overlay(Operation& operation, CachedMember& member);

}  // namespace stentor::group
