#include "group/members.h"

#include <algorithm>
#include <utility>

#include "group/loads.h"
#include "group/state.h"

namespace stentor::group {

void remember_member(GroupState& group, UserId uid, const std::optional<store::MemberRow>& row,
                     Time now) {
    CachedMember member{.row = row.value_or(store::MemberRow{.uid = uid}), .used = now};
    member.row.read = std::max(member.row.read, group.members.take_read(uid));
    if (const LogEntry* entry = group.ring.newest_of(uid)) member.last_sent = entry->time;
    group.members.try_emplace(uid, std::move(member));
}

CachedMember* other_member(GroupState& group, const Work& work, UserId uid) {
    const auto found = group.members.find(uid);
    if (found == group.members.end()) {
        load_for(group, work.command.uid, MemberOf{uid});
        return nullptr;
    }
    found->second.used = group.used;
    return &found->second;
}

void set_row(GroupState& group, CachedMember& member, store::MemberRow row) {
    group.sums.readers.move(row.uid, read_span(member.row), read_span(row));
    group.sums.moved = true;
    member.row = std::move(row);
}

void forget_members(GroupState& group, Time now, std::size_t excess) {
    // A position that the store may not have been told of is not to leave while rows are counted.
    if (group.sums.readers.state() == Readers::State::counting) return;
    const auto waits = [&group](UserId uid) { return group.loads.parked.contains(uid); };
    group.members.forget_quiet(group.gid, now, waits);
    if (excess > 0) group.members.shed(excess, now, waits);
}

}  // namespace stentor::group
