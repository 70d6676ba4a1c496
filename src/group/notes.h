#pragma once
// What one user alone is told, numbered in their own log in the same commit as what it tells of.

#include <string_view>

#include "base/code.h"
#include "base/ids.h"
#include "base/time.h"
#include "group/pipeline.h"
#include "store/rows.h"
#include "wire/pb.h"

namespace stentor::group {

struct GroupState;

void tell(const GroupState& group, Operation& operation, UserId uid, pb::UserLogEntry entry,
          Time now);
// `row`: of whom it is for. From now on they have something of their own here.
void tell_note(const GroupState& group, Operation& operation, store::MemberRow& row, pb::Note note,
               Time now);
// The server's own, as a command: why a member's message was refused, for instance.
void write_note(GroupState& group, UserId uid, Code code, std::string_view text, Time now);

}  // namespace stentor::group
