#include "store/changes.h"

namespace stentor::store {

std::optional<ChangeRow> change_row(const Commit& commit) {
    if (commit.changed.empty() && commit.members.empty()) return std::nullopt;
    ChangeRow row;
    for (const LogEntry& entry : commit.changed) row.entries.push_back(entry.seq);
    for (const MemberRow& member : commit.members) row.members.push_back(member.uid);
    return row;
}

}  // namespace stentor::store
