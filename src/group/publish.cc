#include "group/publish.h"

#include <utility>

#include "base/planted_bugs.h"
#include "group/open.h"
#include "group/state.h"

namespace stentor::group {

void publish_run(GroupState& group, std::vector<LogEntry>& run, const Digest& before) {
    group.port.publish(
        {.gid = group.gid,
         .epoch = group.head.epoch,
         .event = bus::EntriesAdded{.entries = std::exchange(run, {}), .digest_before = before}});
}

void publish_member(GroupState& group, const store::MemberRow& row, pb::OustReason ousted,
                    UserId by, std::uint64_t members) {
    if (row.role != store::Role::none) ousted = {};  // Who owns it now, beside whoever went.
    // Who only asked to come in, or was banned before they came, was shown nothing.
    if (row.role == store::Role::none && ousted == pb::OUST_REASON_UNSPECIFIED) return;
    if (planted(Bug::kick_outside_order) && ousted == pb::OUST_REASON_KICKED) return;
    group.port.publish({.gid = group.gid,
                        .epoch = group.head.epoch,
                        .event = bus::MemberChanged{.uid = row.uid,
                                                    .member = member_view(group, row),
                                                    .reason = ousted,
                                                    .by = by,
                                                    .members = members}});
}

void publish_settings(GroupState& group) {
    group.port.publish({.gid = group.gid,
                        .epoch = group.head.epoch,
                        .event = bus::GroupChanged{.settings = group.durable_settings,
                                                   .members = group.head.members}});
}

void publish_change(GroupState& group, const LogEntry& entry) {
    group.port.publish({.gid = group.gid,
                        .epoch = epoch(group),
                        .event = bus::EntryChanged{.entry = entry, .head = group.head.seq}});
}

void nudge_head(GroupState& group) {
    group.port.nudge(bus::HeadMoved{.gid = group.gid,
                                    .epoch = group.head.epoch,
                                    .head = group.head.seq,
                                    .members = group.head.members});
}

void nudge_moved(GroupState& group, std::string name) {
    group.port.nudge(bus::GroupMoved{.gid = group.gid, .name = std::move(name)});
}

}  // namespace stentor::group
