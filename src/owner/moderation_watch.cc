#include "owner/moderation_watch.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json_text.h"
#include "bus/moderation.h"
#include "wire/pb.h"

namespace stentor::owner {
namespace {

using Command = pb::ClientFrame;

std::string_view role_name(store::Role role) {
    switch (role) {
        case store::Role::member: return "member";
        case store::Role::admin: return "admin";
        case store::Role::owner: return "owner";
        case store::Role::none: break;
    }
    return "none";
}

std::string text_of(const store::MemberRow& row) {
    return JsonText{}
        .add("role", role_name(row.role))
        .add("muted_until_ms", to_ms(row.muted_until))
        .add_flag("banned", row.banned)
        .add_flag("pending", row.pending)
        .text();
}

// Those settings that the command names.
std::string text_of(const pb::GroupSettings& settings, const pb::ConfigureGroup& configure) {
    JsonText text;
    for (const std::string& name : configure.fields()) {
        if (name == "name") text.add(name, settings.name());
        if (name == "topic") text.add(name, settings.topic());
        if (name == "welcome") text.add(name, settings.welcome());
        if (name == "slow_mode_s") text.add(name, settings.slow_mode_s());
        if (name == "hold_ms") text.add(name, settings.hold_ms());
        if (name == "hold_entries") text.add(name, settings.hold_entries());
        if (name == "join_policy") {
            text.add(name, static_cast<std::uint64_t>(settings.join_policy()));
        }
        if (name == "history_for_joiners") text.add_flag(name, settings.history_for_joiners());
        if (name == "retention_s") text.add(name, settings.retention_s());
        if (name == "pinned") text.add(name, settings.pinned());
        if (name == "retention_entries") text.add(name, settings.retention_entries());
    }
    return text.text();
}

UserId member_of(const Command& frame) {
    if (frame.has_change_member()) return {frame.change_member().uid()};
    if (frame.has_decide_join()) return {frame.decide_join().uid()};
    if (frame.has_recall_member()) return {frame.recall_member().uid()};
    return {};
}

std::string_view action_of(const Command& frame) {
    const pb::ChangeMember& change = frame.change_member();
    switch (frame.command_case()) {
        case Command::kRecall: return "entry.recall";
        case Command::kRecallMember: return "member.recall";
        case Command::kDismissReports: return "reports.dismiss";
        case Command::kConfigureGroup: return "group.configure";
        case Command::kCreateInvite: return "invite.create";
        case Command::kEndInvite: return "invite.end";
        case Command::kClearReactions: return "reactions.clear";
        case Command::kDecideJoin:
            return frame.decide_join().accept() ? "join.accept" : "join.refuse";
        default: break;
    }
    switch (change.change_case()) {
        case pb::ChangeMember::kRole: return "member.role";
        case pb::ChangeMember::kMuteUntilMs:
            return change.mute_until_ms() == 0 ? "member.unmute" : "member.mute";
        case pb::ChangeMember::kBan: return change.ban() ? "member.ban" : "member.unban";
        default: return "member.kick";
    }
}

const std::string& reason_of(const Command& frame) {
    if (frame.has_recall()) return frame.recall().reason();
    if (frame.has_recall_member()) return frame.recall_member().reason();
    if (frame.has_dismiss_reports()) return frame.dismiss_reports().reason();
    return frame.change_member().reason();
}

std::string object_of(GroupId gid, const Command& frame, UserId whose) {
    JsonText object;
    object.add("gid", gid.value);
    const UserId uid = member_of(frame) ? member_of(frame) : whose;
    if (uid) object.add("uid", uid.value);
    if (frame.has_recall()) object.add("seq", frame.recall().seq());
    if (frame.has_dismiss_reports()) object.add("seq", frame.dismiss_reports().seq());
    if (frame.has_clear_reactions()) object.add("seq", frame.clear_reactions().seq());
    return object.text();
}

}  // namespace

ModerationWatch::Key ModerationWatch::key_of(const bus::ReplyTo& to) {
    return {to.node.value, to.connection.packed(), to.request_id};
}

bool ModerationWatch::on_command(const bus::Command& command) {
    if (!bus::is_moderation(command.frame) || command.reply_to.request_id == 0) return true;
    if (watched_.size() >= kWatched) return false;
    watched_.insert_or_assign(key_of(command.reply_to),
                              Watched{.gid = command.gid,
                                      .by = command.uid,
                                      .by_operator = command.operator_rights,
                                      .frame = command.frame,
                                      .address = command.address});
    return true;
}

void ModerationWatch::on_commit(const store::Commit& commit, store::Store& store) {
    for (auto& [key, watched] : watched_) {
        if (watched.gid != commit.gid) continue;
        if (member_of(watched.frame)) look_at_member(watched, commit, store);
        if (watched.frame.has_configure_group()) look_at_settings(watched, commit, store);
        if (watched.frame.has_recall()) look_at_entry(watched, commit);
    }
}

void ModerationWatch::look_at_member(Watched& watched, const store::Commit& commit,
                                     store::Members& store) {
    const UserId uid = member_of(watched.frame);
    const auto row = std::ranges::find(commit.members, uid, &store::MemberRow::uid);
    if (row == commit.members.end() || !watched.after.empty()) return;
    const auto before = store.member(commit.gid, uid);
    watched.before = text_of(before && *before ? **before : store::MemberRow{.uid = uid});
    watched.after = text_of(*row);
}

void ModerationWatch::look_at_settings(Watched& watched, const store::Commit& commit,
                                       store::GroupLog& store) {
    const auto head = store.head(commit.gid);
    if (!head || !watched.after.empty()) return;
    const pb::ConfigureGroup& configure = watched.frame.configure_group();
    pb::GroupSettings before;
    pb::GroupSettings after;
    if (!before.ParseFromString(head->settings) || !after.ParseFromString(commit.head.settings)) {
        return;
    }
    watched.before = text_of(before, configure);
    watched.after = text_of(after, configure);
}

void ModerationWatch::look_at_entry(Watched& watched, const store::Commit& commit) {
    const Seq seq{watched.frame.recall().seq()};
    const auto entry = std::ranges::find(commit.changed, seq, &LogEntry::seq);
    if (entry != commit.changed.end()) watched.whose = entry->sender;
}

std::optional<bus::AuditEntry> ModerationWatch::on_answer(const bus::ReplyTo& to,
                                                          const pb::ServerFrame& frame, Time now) {
    const auto found = watched_.extract(key_of(to));
    if (found.empty() || frame.has_refused()) return std::nullopt;
    const Watched& watched = found.mapped();
    // What somebody does to words of their own concerns nobody.
    const bool own = watched.frame.has_recall() && !watched.by_operator &&
                     (!watched.whose || watched.whose == watched.by);
    if (own) return std::nullopt;
    JsonText actor;
    actor.add("kind", watched.by_operator ? "operator" : "user");
    if (watched.by) actor.add("uid", watched.by.value);
    JsonText text;
    text.add("time_ms", to_ms(now)).add_raw("actor", actor.text());
    // The operator's, which the row of their request tells, is not known here.
    if (!watched.address.empty()) text.add("address", watched.address);
    text.add("action", action_of(watched.frame))
        .add_raw("object", object_of(watched.gid, watched.frame, watched.whose));
    if (!watched.before.empty()) text.add_raw("before", watched.before);
    if (!watched.after.empty()) text.add_raw("after", watched.after);
    if (frame.has_member_recalled()) text.add("count", frame.member_recalled().count());
    if (const std::string& reason = reason_of(watched.frame); !reason.empty()) {
        text.add("reason", reason);
    }
    return bus::AuditEntry{.time = now, .text = text.text()};
}

}  // namespace stentor::owner
