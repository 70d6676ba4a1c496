#include "web_push/audience.h"

#include <algorithm>

#include "base/group_ids.h"
#include "base/limits.h"
#include "base/push_limits.h"
#include "wire/pb.h"

namespace stentor::web_push {

const GroupFacts* Audience::facts(GroupId gid, Time now, const std::stop_token& stop) {
    const auto known = facts_.find(gid);
    if (known != facts_.end() && now < known->second.read + kFactsFor) return &known->second;
    const auto found = asking_.ask<pb::Groups>(
        partition_of(gid), bus::AskGroups{.after = {gid.value - 1}, .count = 1}, stop);
    if (!found || found->groups_size() != 1 || found->groups(0).gid() != gid.value) return nullptr;
    const pb::GroupSummary& summary = found->groups(0);
    GroupFacts facts{.name = summary.name(),
                     .direct = summary.kind() == pb::GROUP_KIND_DIRECT,
                     .members = summary.members(),
                     .listed = {},
                     .read = now};
    const bool everybody = gid == kBroadcastGroup;
    if (!everybody && facts.members <= limits::kSmallGroup) facts.listed = members(gid, stop);
    if (facts_.size() >= limits::kPushGroupsKnown) facts_.clear();
    return &(facts_[gid] = std::move(facts));
}

std::vector<UserId> Audience::members(GroupId gid, const std::stop_token& stop) {
    std::vector<UserId> found;
    bus::AskMembers ask{.asker = {}, .operator_rights = true, .fetch = {}};
    ask.fetch.set_gid(gid.value);
    ask.fetch.set_count(limits::kListPage);
    while (found.size() <= limits::kSmallGroup) {
        const auto page = asking_.ask<pb::Members>(partition_of(gid), ask, stop);
        if (!page) return found;
        for (const pb::Member& member : page->members()) found.push_back({member.uid()});
        if (page->next().empty()) return found;
        ask.fetch.set_cursor(page->next());
    }
    return found;
}

UserId Audience::sender_of(GroupId gid, Seq seq, const std::stop_token& stop) {
    const auto page = asking_.ask<bus::EntriesAnswer>(
        partition_of(gid), bus::AskEntries{.gid = gid, .from = seq, .count = 1}, stop);
    if (!page || page->entries.empty() || page->entries.front().seq != seq) return {};
    return page->entries.front().sender;
}

Concerned Audience::of(GroupId gid, const LogEntry& entry, Time now, const std::stop_token& stop) {
    Concerned concerned;
    pb::Entry parsed;
    pb::Body body;
    if (!parsed.ParseFromString(*entry.bytes) || !body.ParseFromString(parsed.body())) return {};
    for (const pb::Mention& mention : body.mentions()) {
        if (subscriptions_.has({mention.uid()})) concerned.called.insert({mention.uid()});
    }
    if (body.reply_to() != 0) {
        const UserId answered = sender_of(gid, {body.reply_to()}, stop);
        if (subscriptions_.has(answered)) concerned.called.insert(answered);
    }
    if (const GroupFacts* known = facts(gid, now, stop); known != nullptr) {
        for (const UserId uid : known->listed) {
            if (!subscriptions_.has(uid)) continue;
            (body.mention_all() ? concerned.called : concerned.all).insert(uid);
        }
    }
    for (const UserId uid : subscriptions_.told_all(gid)) concerned.all.insert(uid);
    concerned.called.erase(entry.sender);
    concerned.all.erase(entry.sender);
    for (const UserId uid : concerned.called) concerned.all.erase(uid);
    return concerned;
}

}  // namespace stentor::web_push
