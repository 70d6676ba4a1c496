#pragma once
// What nodes are told of a group when it is durable. Published: to those who show it, one item for
// each commit of which something shows. Nudged: to all, for lists and badges.

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "bus/bus.h"
#include "store/rows.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::group {

struct GroupState;

// ---- What the commit that is being settled has done, in the order of these calls
// `before`: the digest ahead of the first one. Leaves `run` empty.
void tell_run(GroupState& group, std::vector<LogEntry>& run, const Digest& before);
void tell_change(GroupState& group, const LogEntry& entry);
void tell_member(GroupState& group, const store::MemberRow& row, pb::OustReason ousted, UserId by,
                 std::uint64_t members);
void tell_settings(GroupState& group);
// Hands it on, and with it that the group has come to `version`.
void publish_news(GroupState& group, std::uint64_t version);

// The group was read, and may have come further than anybody was told: who knows less will ask.
void publish_version(GroupState& group);
// Sums, and who types.
void publish_beside(GroupState& group, bus::GroupEvent event);

// For the badges of members who do not watch the group just now.
void nudge_head(GroupState& group);
// Without a name: entries are not what they were.
void nudge_moved(GroupState& group, std::string name);

}  // namespace stentor::group
