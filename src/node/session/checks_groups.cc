// Groups, their settings and who is in them.

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/text.h"
#include "node/session/checks.h"

namespace stentor::session {
namespace {

// What ConfigureGroup may name; a group's kind never changes.
constexpr std::array<std::string_view, 11> kSettingFields{
    "name",  "join_policy", "history_for_joiners", "slow_mode_s", "welcome",
    "topic", "retention_s", "retention_entries",   "hold_ms",     "hold_entries",
    "pinned"};

// Everything but the name, which only a group being made must have.
Result<void> check_settings(const pb::GroupSettings& settings) {
    if (!pb::JoinPolicy_IsValid(settings.join_policy())) {
        return bad("settings.join_policy", pb::JOIN_POLICY_APPROVAL);
    }
    if (settings.slow_mode_s() > limits::kSlowModeS) {
        return bad("settings.slow_mode_s", limits::kSlowModeS);
    }
    if (settings.hold_ms() > limits::kHoldMs) return bad("settings.hold_ms", limits::kHoldMs);
    if (settings.hold_entries() > limits::kBatchEntries) {
        return bad("settings.hold_entries", limits::kBatchEntries);
    }
    if (auto topic = check_text(settings.topic(), limits::kTopicBytes, "settings.topic"); !topic) {
        return topic;
    }
    if (!settings.topic().empty() && !plain_line(settings.topic())) return bad("settings.topic");
    if (auto text = check_text(settings.welcome(), limits::kNoteBytes, "settings.welcome"); !text) {
        return text;
    }
    if (auto age = check_number(settings.retention_s(), "settings.retention_s"); !age) return age;
    if (auto pinned = check_number(settings.pinned(), "settings.pinned"); !pinned) return pinned;
    return check_number(settings.retention_entries(), "settings.retention_entries");
}

}  // namespace

Result<void> check(const pb::CreateGroup& create) {
    const pb::GroupSettings& settings = create.settings();
    if (auto cmid = check_cmid(create.cmid(), "create_group.cmid"); !cmid) return cmid;
    if (auto name = check_name(settings.name(), "settings.name"); !name) return name;
    if (settings.kind() != pb::GROUP_KIND_NORMAL && settings.kind() != pb::GROUP_KIND_BROADCAST) {
        return bad("settings.kind", pb::GROUP_KIND_BROADCAST);
    }
    return check_settings(settings);
}

Result<void> check(const pb::ConfigureGroup& configure) {
    if (auto gid = check_id(configure.gid(), "configure_group.gid"); !gid) return gid;
    if (auto epoch = check_number(configure.epoch(), "configure_group.epoch"); !epoch) return epoch;
    const auto count = static_cast<std::size_t>(configure.fields_size());
    if (count == 0 || count > kSettingFields.size()) {
        return bad("configure_group.fields", kSettingFields.size());
    }
    bool names = false;
    for (const std::string& field : configure.fields()) {
        if (std::ranges::find(kSettingFields, field) == kSettingFields.end()) {
            return bad("configure_group.fields");
        }
        names = names || field == "name";
    }
    if (names) {
        if (auto name = check_name(configure.settings().name(), "settings.name"); !name) {
            return name;
        }
    }
    return check_settings(configure.settings());
}

Result<void> check(const pb::JoinGroup& join) {
    if (auto gid = check_id(join.gid(), "join_group.gid"); !gid) return gid;
    if (join.invite().size() > limits::kInviteBytes) {
        return bad("join_group.invite", limits::kInviteBytes);
    }
    return {};
}

Result<void> check(const pb::LeaveGroup& leave) { return check_id(leave.gid(), "leave_group.gid"); }

Result<void> check(const pb::ChangeMember& change) {
    if (auto gid = check_id(change.gid(), "change_member.gid"); !gid) return gid;
    if (auto uid = check_id(change.uid(), "change_member.uid"); !uid) return uid;
    switch (change.change_case()) {
        case pb::ChangeMember::kRole:
            if (!pb::Role_IsValid(change.role()) || change.role() == pb::ROLE_NONE) {
                return bad("change_member.role", pb::ROLE_OWNER);
            }
            break;
        case pb::ChangeMember::kMuteUntilMs:
            if (auto until = check_number(change.mute_until_ms(), "change_member.mute_until_ms");
                !until) {
                return until;
            }
            break;
        case pb::ChangeMember::kKick:
            if (!change.kick()) return bad("change_member.kick", 1);
            break;
        case pb::ChangeMember::kBan: break;
        case pb::ChangeMember::CHANGE_NOT_SET: return bad("change_member.change", 1);
    }
    return check_text(change.reason(), limits::kReasonBytes, "change_member.reason");
}

Result<void> check(const pb::CreateInvite& create) {
    if (auto gid = check_id(create.gid(), "create_invite.gid"); !gid) return gid;
    if (auto name = check_text(create.name(), limits::kNameBytes, "create_invite.name"); !name) {
        return name;
    }
    if (!create.name().empty() && !plain_line(create.name())) return bad("create_invite.name");
    return check_number(create.expires_ms(), "create_invite.expires_ms");
}

Result<void> check(const pb::ListInvites& list) {
    if (auto gid = check_id(list.gid(), "list_invites.gid"); !gid) return gid;
    if (list.count() > limits::kListPage) return bad("list_invites.count", limits::kListPage);
    return check_cursor(list.cursor(), "list_invites.cursor");
}

Result<void> check(const pb::EndInvite& end) {
    if (auto gid = check_id(end.gid(), "end_invite.gid"); !gid) return gid;
    if (end.invite().empty() || end.invite().size() > limits::kInviteBytes) {
        return bad("end_invite.invite", limits::kInviteBytes);
    }
    return {};
}

Result<void> check(const pb::DecideJoin& decide) {
    if (auto gid = check_id(decide.gid(), "decide_join.gid"); !gid) return gid;
    return check_id(decide.uid(), "decide_join.uid");
}

Result<void> check(const pb::MuteForMe& mute) { return check_id(mute.gid(), "mute_for_me.gid"); }

Result<void> check(const pb::FetchMembers& fetch) {
    if (auto gid = check_id(fetch.gid(), "fetch_members.gid"); !gid) return gid;
    if (fetch.count() > limits::kListPage) return bad("fetch_members.count", limits::kListPage);
    if (fetch.pending() && fetch.banned()) return bad("fetch_members.banned");
    if (fetch.staff() && (fetch.pending() || fetch.banned())) return bad("fetch_members.staff");
    if (auto uid = check_number(fetch.uid(), "fetch_members.uid"); !uid) return uid;
    if (auto text = check_text(fetch.prefix(), limits::kNameBytes, "fetch_members.prefix"); !text) {
        return text;
    }
    return check_cursor(fetch.cursor(), "fetch_members.cursor");
}

}  // namespace stentor::session
