#include "group/publish.h"

#include <utility>

#include "base/planted_bugs.h"
#include "group/open.h"
#include "group/state.h"

namespace stentor::group {

void tell_run(GroupState& group, std::vector<LogEntry>& run, const Digest& before) {
    group.news.emplace_back(
        bus::EntriesAdded{.entries = std::exchange(run, {}), .digest_before = before});
}

void tell_member(GroupState& group, const store::MemberRow& row, pb::OustReason ousted, UserId by,
                 std::uint64_t members) {
    if (row.role != store::Role::none) ousted = {};  // Who owns it now, beside whoever went.
    // Who only asked to come in, or was banned before they came, was shown nothing.
    if (row.role == store::Role::none && ousted == pb::OUST_REASON_UNSPECIFIED) return;
    if (planted(Bug::kick_outside_order) && ousted == pb::OUST_REASON_KICKED) return;
    group.news.emplace_back(bus::MemberChanged{.uid = row.uid,
                                               .member = member_view(group.head, row),
                                               .reason = ousted,
                                               .by = by,
                                               .members = members});
}

void tell_settings(GroupState& group) {
    group.news.emplace_back(
        bus::GroupChanged{.settings = group.durable_settings, .members = group.head.members});
}

void tell_change(GroupState& group, const LogEntry& entry) {
    group.news.emplace_back(bus::EntryChanged{.entry = entry, .head = group.head.seq});
}

void publish_news(GroupState& group, std::uint64_t version) {
    if (group.news.empty()) return;
    group.port.publish({.gid = group.gid,
                        .epoch = group.head.epoch,
                        .from = std::exchange(group.told, version),
                        .to = version,
                        .events = std::exchange(group.news, {})});
}

void publish_version(GroupState& group) {
    if (planted(Bug::span_skips_kick) && group.told != 0) return;
    group.news.clear();
    group.told = group.head.version;
    group.port.publish({.gid = group.gid,
                        .epoch = group.head.epoch,
                        .from = group.told,
                        .to = group.told,
                        .events = {}});
}

void publish_beside(GroupState& group, bus::GroupEvent event) {
    bus::GroupItem item{.gid = group.gid, .epoch = group.head.epoch};
    item.events.push_back(std::move(event));
    group.port.publish(std::move(item));
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
