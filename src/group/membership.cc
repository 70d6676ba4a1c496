#include "group/membership.h"

#include <algorithm>
#include <utility>

#include "base/group_ids.h"
#include "base/limits.h"
#include "group/answers.h"
#include "group/closing.h"
#include "group/invites.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/moderation.h"
#include "group/moderation_log.h"
#include "group/notes.h"
#include "group/pipeline.h"
#include "group/publish.h"
#include "group/send_rules.h"
#include "group/state.h"
#include "group/succession.h"

namespace stentor::group {
namespace {

using store::MemberRow;
using store::Role;

MemberEvent::Kind kind_of(pb::OustReason reason) {
    switch (reason) {
        case pb::OUST_REASON_KICKED: return MemberEvent::Kind::kicked;
        case pb::OUST_REASON_BANNED: return MemberEvent::Kind::banned;
        default: return MemberEvent::Kind::left;
    }
}

constexpr Error kPending{.code = Code::approval_pending, .where = "gid"};

std::optional<Error> objection_to_create(const GroupState& group, const bus::Command& command,
                                         const LoadedEntrance& entrance) {
    if (group.server_settings.operator_creates && !command.operator_rights) {
        return Error{.code = Code::not_permitted, .where = "create_group", .rule = "create"};
    }
    if (command.frame.create_group().settings().kind() == pb::GROUP_KIND_DIRECT) {
        return Error{.code = Code::bad_field, .where = "create_group.settings.kind"};
    }
    if (auto error = objection_to_words(group, command)) return error;
    return no_room(group, entrance);
}

// What the creator left open is as the operator wants it.
pb::GroupSettings settings_of(const GroupState& group, const pb::CreateGroup& create) {
    pb::GroupSettings settings = create.settings();
    settings.clear_between();
    if (settings.retention_s() == 0) settings.set_retention_s(group.server_settings.retention_s);
    if (settings.retention_entries() == 0) {
        settings.set_retention_entries(group.server_settings.retention_entries);
    }
    if (settings.slow_mode_s() == 0) settings.set_slow_mode_s(group.server_settings.slow_mode_s);
    return settings;
}

void let_in(const GroupState& group, Operation& operation, MemberRow row, Time now) {
    operation.moves_duties |= row.pending;
    row.role = Role::member;
    row.pending = false;
    row.floor =
        group.pipeline.settings.history_for_joiners() ? group.head.floor : group.pipeline.tip.seq;
    row.read = std::max(row.read, row.floor);
    row.left = {};
    row.joined = now;
    ++row.version;
    ++operation.after.members;
    operation.member_events.push_back(
        {.uid = row.uid, .kind = MemberEvent::Kind::joined, .by = operation.command.uid});
    pb::UserLogEntry entry;
    entry.mutable_joined()->set_role(pb::ROLE_MEMBER);
    entry.mutable_joined()->set_floor(row.floor.value);
    tell(group, operation, row.uid, std::move(entry), now);
    if (!group.pipeline.settings.welcome().empty()) {
        pb::Note note;
        note.set_text(group.pipeline.settings.welcome());
        note.set_kind(pb::NOTE_KIND_WELCOME);
        tell_note(group, operation, row, std::move(note), now);
    }
    operation.members.push_back(std::move(row));
}

}  // namespace

pb::ServerFrame group_ready(const GroupState& group, const MemberRow& row) {
    pb::ServerFrame frame;
    pb::GroupReady& ready = *frame.mutable_group_ready();
    ready.set_gid(group.gid.value);
    ready.set_epoch(epoch(group).value);
    ready.set_role(static_cast<pb::Role>(row.role));
    ready.set_floor(row.floor.value);
    ready.set_name(group.pipeline.settings.name());
    return frame;
}

bool admit_create(GroupState& group, Work& work, Time now) {
    const bus::Command& command = work.command;
    if (group.phase == Phase::live) {
        const auto creates = [](const Operation& operation) {
            return operation.created.has_value();
        };
        if (group.head.creator != command.uid) {
            refuse(group, command.reply_to, {.code = Code::internal, .where = "gid"});
        } else if (!answer_with(group, command.reply_to, creates)) {
            answer(group, command.reply_to, group_ready(group, group.members[command.uid].row));
        }
        return true;
    }
    const auto* entrance = found_as<LoadedEntrance>(work.found);
    if (entrance == nullptr) {
        load_for(group, command.uid, Entrance{.invite = {}, .of = command.uid, .with = {}});
        return false;
    }
    if (const auto error = objection_to_create(group, command, *entrance)) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    if (const Step step = pass_filter(group, work, now); step != Step::passed) {
        return step == Step::refused;
    }
    found_group(group, command.uid, settings_of(group, command.frame.create_group()), now);

    MemberRow row{.uid = command.uid, .role = Role::owner, .version = 1, .joined = now};
    Operation operation = operation_for(group, command);
    operation.created = group.head;
    operation.after.members = 1;
    operation.answer = group_ready(group, row);
    count_again(operation, row.uid, *entrance);
    pb::UserLogEntry entry;
    entry.mutable_joined()->set_role(pb::ROLE_OWNER);
    tell(group, operation, row.uid, std::move(entry), now);
    operation.member_events.push_back(
        {.uid = row.uid, .kind = MemberEvent::Kind::joined, .by = command.uid});
    operation.members.push_back(std::move(row));
    stage_rows(group, std::move(operation));
    return true;
}

void found_group(GroupState& group, UserId creator, pb::GroupSettings settings, Time now) {
    group.phase = Phase::live;
    group.durable_settings = std::move(settings);
    group.pipeline.settings = group.durable_settings;
    group.head = {.epoch = group.lease.epoch,
                  .term = group.lease.term,
                  .digest = genesis(group.gid),
                  .time = now,
                  .floor_digest = genesis(group.gid),
                  .creator = creator,
                  .settings = group.durable_settings.SerializeAsString()};
    group.pipeline.tip = {
        .digest = group.head.digest, .time = now, .floor_digest = group.head.digest};
    group.ring = Ring{{}, group.head.digest};
    group.sent = SentIndex{Time{}};  // Nothing was ever sent here, so everything is known.
}

// Whoever is in, or waits, is answered as the first time. One who is so only by an operation that
// is not durable yet gets their answer behind that.
bool is_member_already(GroupState& group, const Work& work, const CachedMember& member) {
    const bus::Command& command = work.command;
    const bool in = member.row.role != Role::none;
    if (!in && !member.row.pending) return false;
    Operation operation = operation_for(group, command);
    if (in) {
        operation.answer = group_ready(group, member.row);
    } else {
        operation.answer = refused_answer(kPending);
    }
    if (member.pending == 0) {
        answer(group, command.reply_to, std::move(operation.answer));
        return true;
    }
    operation.members.push_back(member.row);
    stage_rows(group, std::move(operation));
    return true;
}

std::optional<Error> no_room(const GroupState& group, const LoadedEntrance& entrance) {
    if (entrance.groups >= limits::kGroupsPerUser) {
        return Error{
            .code = Code::too_many_groups, .where = "uid", .limit = limits::kGroupsPerUser};
    }
    if (group.phase == Phase::live &&
        group.pipeline.tip.members >= group.server_settings.members_max) {
        return Error{.code = Code::group_full,
                     .where = "gid",
                     .limit = group.server_settings.members_max,
                     .rule = "members_max"};
    }
    return std::nullopt;
}

// Between a look at somebody's groups and the commit all that they may have under way at once can
// come about. Only who is so close to the bound is counted again, under the store's lock.
void count_again(Operation& operation, UserId uid, const LoadedEntrance& entrance) {
    constexpr std::size_t kUnderWay = limits::kConnectionsPerUser * limits::kCommandsInFlight;
    if (entrance.groups + kUnderWay >= limits::kGroupsPerUser) operation.joining.push_back(uid);
}

bool admit_join(GroupState& group, const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::JoinPolicy policy = group.pipeline.settings.join_policy();
    if (group.phase == Phase::live && member.row.banned) {
        // Banned before they ever came, they do not know that there is such a group.
        const bool hidden = policy == pb::JOIN_POLICY_INVITE && member.row.joined == Time{};
        refuse(group, command.reply_to,
               hidden ? kNoGroup : Error{.code = Code::banned, .where = "gid"});
        return true;
    }
    if (member.row.role != Role::none) return is_member_already(group, work, member);
    const auto* entrance = found_as<LoadedEntrance>(work.found);
    if (entrance == nullptr) {
        load_for(
            group, command.uid,
            Entrance{.invite = command.frame.join_group().invite(), .of = command.uid, .with = {}});
        return false;
    }
    const store::InviteRow* invite = invite_for(group, work, member.row, now);
    const bool closed = group.phase != Phase::live || group.pipeline.tip.members == 0 ||
                        is_direct(group) || (policy == pb::JOIN_POLICY_INVITE && invite == nullptr);
    // A link that does not open it says no more than a wrong number would.
    if (closed) {
        refuse(group, command.reply_to, kNoGroup);
        return true;
    }
    if (const auto error = no_room(group, *entrance)) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    const bool asks = policy == pb::JOIN_POLICY_APPROVAL && invite == nullptr;
    if (asks && is_member_already(group, work, member)) return true;
    Operation operation = operation_for(group, command);
    MemberRow row = member.row;
    if (asks) {
        row.pending = true;
        ++row.version;
        operation.moves_duties = true;
        operation.answer = refused_answer(kPending);
        operation.members.push_back(std::move(row));
    } else {
        if (policy != pb::JOIN_POLICY_OPEN) operation.invites.push_back(used_once(*invite));
        count_again(operation, row.uid, *entrance);
        let_in(group, operation, std::move(row), now);
        operation.answer = group_ready(group, operation.members.back());
    }
    stage_rows(group, std::move(operation));
    return true;
}

bool admit_decision(GroupState& group, const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::DecideJoin& decision = command.frame.decide_join();
    if (const auto error = objection_to(Act::decide_join, command, member)) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    const CachedMember* asker = other_member(group, work, {decision.uid()});
    if (asker == nullptr) return false;
    MemberRow row = asker->row;
    Operation operation = operation_for(group, command);
    operation.answer = done();
    if (!row.pending) {
        // Somebody has decided it already, perhaps this same command before an unknown outcome.
        const bool decided = (row.role != Role::none) == decision.accept();
        if (!decided) {
            refuse(group, command.reply_to, {.code = Code::not_found, .where = "decide_join.uid"});
        } else if (asker->pending > 0) {
            operation.members.push_back(std::move(row));
            stage_rows(group, std::move(operation));
        } else {
            answer(group, command.reply_to, std::move(operation.answer));
        }
        return true;
    }
    note_act(group, operation, {.uid = row.uid, .value = decision.accept() ? 1U : 0U}, now);
    if (decision.accept()) {
        const auto* entrance = found_as<LoadedEntrance>(work.found);
        if (entrance == nullptr) {
            load_for(group, command.uid, Entrance{.invite = {}, .of = row.uid, .with = {}});
            return false;
        }
        if (const auto error = no_room(group, *entrance)) {
            refuse(group, command.reply_to, *error);
            return true;
        }
        count_again(operation, row.uid, *entrance);
        let_in(group, operation, std::move(row), now);
    } else {
        row.pending = false;
        ++row.version;
        operation.moves_duties = true;
        pb::Note note;
        note.set_kind(pb::NOTE_KIND_NOT_LET_IN);
        note.set_from(command.uid.value);
        tell_note(group, operation, row, std::move(note), now);
        operation.members.push_back(std::move(row));
    }
    stage_rows(group, std::move(operation));
    return true;
}

// With the operator's rights: of nobody, the group goes (closing.cc); of somebody, they do, and
// whoever follows them owns what they owned.
bool admit_leave(GroupState& group, const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    if (command.operator_rights && !command.uid) {
        admit_delete(group, work);
        return true;
    }
    const bool out = member.row.role == Role::none && !member.row.pending;
    if (out && member.pending == 0) {
        // Who never was in it learns no more of it than of one that there is not.
        if (member.row.joined == Time{} && !work.maybe_kept) {
            refuse(group, command.reply_to, kNoGroup);
            return true;
        }
        answer(group, command.reply_to, done());
        return true;
    }
    const bool owns = member.row.role == Role::owner && group.pipeline.tip.members > 1;
    const bool stays = group.gid == kBroadcastGroup || is_direct(group);
    if (stays || (owns && !command.operator_rights)) {
        refuse(group, command.reply_to,
               {.code = Code::not_permitted, .where = stays ? "gid" : "role"});
        return true;
    }
    std::optional<Heir> heir = Heir{};
    if (owns) heir = heir_after(group, work, command.uid);
    if (!heir) return false;
    if (owns && !heir->row) {
        refuse(group, command.reply_to, kNoHeir);
        return true;
    }
    Operation operation = operation_for(group, command);
    operation.answer = done();
    operation.ousted = pb::OUST_REASON_LEFT;
    MemberRow row = member.row;
    const bool was_in = row.role != Role::none;
    if (!out) put_out(group, operation, row, now);
    operation.members.push_back(std::move(row));
    if (was_in) pass_on(group, operation, *heir, now);
    stage_rows(group, std::move(operation));
    return true;
}

void put_out(const GroupState& group, Operation& operation, MemberRow& row, Time now) {
    const MemberEvent::Kind kind = kind_of(operation.ousted);
    if (row.role != Role::none || kind == MemberEvent::Kind::banned) {
        operation.member_events.push_back(
            {.uid = row.uid, .kind = kind, .by = operation.command.uid});
    }
    if (row.role != Role::none) {
        row.left = group.pipeline.tip.seq;
        --operation.after.members;
    }
    if (row.pending) operation.moves_duties = true;
    row.role = Role::none;
    row.pending = false;
    const bool against = operation.ousted != pb::OUST_REASON_LEFT;
    if (against) row.put_out = now;
    ++row.version;
    pb::UserLogEntry entry;
    pb::Ousted& ousted = *entry.mutable_ousted();
    ousted.set_gid(group.gid.value);
    ousted.set_reason(operation.ousted);
    ousted.set_by(operation.command.uid.value);
    tell(group, operation, row.uid, std::move(entry), now);
}

}  // namespace stentor::group
