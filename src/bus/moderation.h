#pragma once
// Which commands moderate: what they do to others belongs into the audit, with where it came from.

#include "wire/pb.h"

namespace stentor::bus {

[[nodiscard]] inline bool is_moderation(const pb::ClientFrame& command) {
    switch (command.command_case()) {
        case pb::ClientFrame::kRecall:
        case pb::ClientFrame::kConfigureGroup:
        case pb::ClientFrame::kChangeMember:
        case pb::ClientFrame::kCreateInvite:
        case pb::ClientFrame::kDecideJoin:
        case pb::ClientFrame::kEndInvite:
        case pb::ClientFrame::kRecallMember:
        case pb::ClientFrame::kDismissReports:
        case pb::ClientFrame::kClearReactions: return true;
        default: return false;
    }
}

}  // namespace stentor::bus
