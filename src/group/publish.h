#pragma once
// What nodes are told of a group when it is durable. Published: to those who show it, in the order
// of these calls. Nudged: to all, for lists and badges.

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "store/rows.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::group {

struct GroupState;

// `before`: the digest ahead of the first one. Leaves `run` empty.
void publish_run(GroupState& group, std::vector<LogEntry>& run, const Digest& before);
void publish_change(GroupState& group, const LogEntry& entry);
void publish_member(GroupState& group, const store::MemberRow& row, pb::OustReason ousted,
                    UserId by, std::uint64_t members);
void publish_settings(GroupState& group);

// For the badges of members who do not watch the group just now.
void nudge_head(GroupState& group);
// Without a name: entries are not what they were.
void nudge_moved(GroupState& group, std::string name);

}  // namespace stentor::group
