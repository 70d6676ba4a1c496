// Coming into a group and going: creating, joining, asking to join, leaving.

#include <algorithm>
#include <utility>

#include "base/group_ids.h"
#include "base/limits.h"
#include "group/answers.h"
#include "group/group.h"

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

}  // namespace

// ---- Steps

Operation Group::step(const bus::Command& command) const {
    return {.command = command, .after = tip_};
}

void Group::stage_rows(Operation operation) {
    for (const MemberRow& row : operation.members) {
        CachedMember& member = members_[row.uid];
        set_row(member, row);
        ++member.pending;
    }
    for (const store::InviteRow& row : operation.invites) invites_.stage(row);
    if (operation.settings) group_settings_ = *operation.settings;
    stage(std::move(operation));
}

pb::ServerFrame Group::group_ready(const MemberRow& row) const {
    pb::ServerFrame frame;
    pb::GroupReady& ready = *frame.mutable_group_ready();
    ready.set_gid(gid_.value);
    ready.set_epoch(epoch().value);
    ready.set_role(static_cast<pb::Role>(row.role));
    ready.set_floor(row.floor.value);
    ready.set_name(group_settings_.name());
    return frame;
}

// ---- Creating

bool Group::admit_create(Work& work, Time now) {
    const bus::Command& command = work.command;
    if (state_ == State::live) {
        const auto creates = [](const Operation& operation) {
            return operation.created.has_value();
        };
        if (head_.creator != command.uid) {
            refuse(command.reply_to, {.code = Code::internal, .where = "gid"});
        } else if (!answer_with(command.reply_to, creates)) {
            answer(command.reply_to, group_ready(members_[command.uid].row));
        }
        return true;
    }
    const auto* entrance = found_as<LoadedEntrance>(work.found);
    if (entrance == nullptr) {
        load_for(command.uid, Entrance{.invite = {}, .of = command.uid, .with = {}});
        return false;
    }
    if (const auto error = objection_to_create(command, *entrance)) {
        refuse(command.reply_to, *error);
        return true;
    }
    if (const Step step = pass_filter(work, now); step != Step::passed) {
        return step == Step::refused;
    }
    found_group(command.uid, settings_of(command.frame.create_group()), now);

    MemberRow row{.uid = command.uid, .role = Role::owner, .version = 1, .joined = now};
    Operation operation = step(command);
    operation.created = head_;
    operation.after.members = 1;
    operation.answer = group_ready(row);
    count_again(operation, row.uid, *entrance);
    pb::UserLogEntry entry;
    entry.mutable_joined()->set_role(pb::ROLE_OWNER);
    tell(operation, row.uid, std::move(entry), now);
    operation.member_events.push_back(
        {.uid = row.uid, .kind = MemberEvent::Kind::joined, .by = command.uid});
    operation.members.push_back(std::move(row));
    stage_rows(std::move(operation));
    return true;
}

std::optional<Error> Group::objection_to_create(const bus::Command& command,
                                                const LoadedEntrance& entrance) const {
    if (settings_.operator_creates && !command.operator_rights) {
        return Error{.code = Code::not_permitted, .where = "create_group", .rule = "create"};
    }
    if (command.frame.create_group().settings().kind() == pb::GROUP_KIND_DIRECT) {
        return Error{.code = Code::bad_field, .where = "create_group.settings.kind"};
    }
    if (auto error = objection_to_words(command)) return error;
    return no_room(entrance);
}

// What the creator left open is as the operator wants it.
pb::GroupSettings Group::settings_of(const pb::CreateGroup& create) const {
    pb::GroupSettings settings = create.settings();
    settings.clear_between();
    if (settings.retention_s() == 0) settings.set_retention_s(settings_.retention_s);
    if (settings.retention_entries() == 0) {
        settings.set_retention_entries(settings_.retention_entries);
    }
    if (settings.slow_mode_s() == 0) settings.set_slow_mode_s(settings_.slow_mode_s);
    return settings;
}

void Group::found_group(UserId creator, pb::GroupSettings settings, Time now) {
    state_ = State::live;
    settings_now_ = std::move(settings);
    group_settings_ = settings_now_;
    head_ = {.epoch = lease_.epoch,
             .term = lease_.term,
             .digest = genesis(gid_),
             .time = now,
             .floor_digest = genesis(gid_),
             .creator = creator,
             .settings = settings_now_.SerializeAsString()};
    tip_ = {.digest = head_.digest, .time = now, .floor_digest = head_.digest};
    ring_ = Ring{{}, head_.digest};
    sent_ = SentIndex{Time{}};  // Nothing was ever sent here, so everything is known.
}

// ---- Joining

// Whoever is in, or waits, is answered as the first time. One who is so only by an operation that
// is not durable yet gets his answer behind that.
bool Group::is_member_already(const Work& work, const CachedMember& member) {
    const bus::Command& command = work.command;
    const bool in = member.row.role != Role::none;
    if (!in && !member.row.pending) return false;
    Operation operation = step(command);
    if (in) {
        operation.answer = group_ready(member.row);
    } else {
        operation.answer = refused_answer(kPending);
    }
    if (member.pending == 0) {
        // Its commit had an unknown outcome: no node was told.
        if (work.untold) publish_member(member.row, {}, command.uid, tip_.members);
        answer(command.reply_to, std::move(operation.answer));
        return true;
    }
    operation.members.push_back(member.row);
    stage_rows(std::move(operation));
    return true;
}

std::optional<Error> Group::no_room(const LoadedEntrance& entrance) const {
    if (entrance.groups >= limits::kGroupsPerUser) {
        return Error{
            .code = Code::too_many_groups, .where = "uid", .limit = limits::kGroupsPerUser};
    }
    if (state_ == State::live && tip_.members >= settings_.members_max) {
        return Error{.code = Code::group_full,
                     .where = "gid",
                     .limit = settings_.members_max,
                     .rule = "members_max"};
    }
    return std::nullopt;
}

// Between a look at somebody's groups and the commit all that they may have under way at once can
// come about. Only who is so close to the bound is counted again, under the store's lock.
void Group::count_again(Operation& operation, UserId uid, const LoadedEntrance& entrance) {
    constexpr std::size_t kUnderWay = limits::kConnectionsPerUser * limits::kCommandsInFlight;
    if (entrance.groups + kUnderWay >= limits::kGroupsPerUser) operation.joining.push_back(uid);
}

const store::InviteRow* Group::invite_for(const Work& work, const MemberRow& who, Time now) {
    const auto* entrance = found_as<LoadedEntrance>(work.found);
    if (entrance == nullptr || !entrance->invite) return nullptr;
    const store::InviteRow& invite = invites_.find(*entrance->invite, now);
    if (!members_.contains(invite.by)) remember_member(invite.by, entrance->maker, now);
    const Rank maker = maker_rank(invite, members_.at(invite.by).row.role, entrance->maker_closed);
    return lets_in(invite, maker, who, now) ? &invite : nullptr;
}

bool Group::admit_join(const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::JoinPolicy policy = group_settings_.join_policy();
    if (state_ == State::live && member.row.banned) {
        // Banned before they ever came, they do not know that there is such a group.
        const bool hidden = policy == pb::JOIN_POLICY_INVITE && member.row.joined == Time{};
        refuse(command.reply_to, hidden ? kNoGroup : Error{.code = Code::banned, .where = "gid"});
        return true;
    }
    if (member.row.role != Role::none) return is_member_already(work, member);
    const auto* entrance = found_as<LoadedEntrance>(work.found);
    if (entrance == nullptr) {
        load_for(
            command.uid,
            Entrance{.invite = command.frame.join_group().invite(), .of = command.uid, .with = {}});
        return false;
    }
    const store::InviteRow* invite = invite_for(work, member.row, now);
    const bool closed = state_ != State::live || tip_.members == 0 ||
                        group_settings_.kind() == pb::GROUP_KIND_DIRECT ||
                        (policy == pb::JOIN_POLICY_INVITE && invite == nullptr);
    // A link that does not open it says no more than a wrong number would.
    if (closed) {
        refuse(command.reply_to, kNoGroup);
        return true;
    }
    if (const auto error = no_room(*entrance)) {
        refuse(command.reply_to, *error);
        return true;
    }
    const bool asks = policy == pb::JOIN_POLICY_APPROVAL && invite == nullptr;
    if (asks && is_member_already(work, member)) return true;
    Operation operation = step(command);
    MemberRow row = member.row;
    if (asks) {
        row.pending = true;
        ++row.version;
        operation.answer = refused_answer(kPending);
        operation.members.push_back(std::move(row));
    } else {
        if (policy != pb::JOIN_POLICY_OPEN) operation.invites.push_back(used_once(*invite));
        count_again(operation, row.uid, *entrance);
        let_in(operation, std::move(row), now);
        operation.answer = group_ready(operation.members.back());
    }
    stage_rows(std::move(operation));
    return true;
}

void Group::let_in(Operation& operation, MemberRow row, Time now) const {
    row.role = Role::member;
    row.pending = false;
    row.floor = group_settings_.history_for_joiners() ? head_.floor : tip_.seq;
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
    tell(operation, row.uid, std::move(entry), now);
    if (!group_settings_.welcome().empty()) {
        pb::Note note;
        note.set_text(group_settings_.welcome());
        note.set_kind(pb::NOTE_KIND_WELCOME);
        tell_note(operation, row, std::move(note), now);
    }
    operation.members.push_back(std::move(row));
}

bool Group::admit_decision(const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::DecideJoin& decision = command.frame.decide_join();
    if (const auto error = objection_to(Act::decide_join, command, member)) {
        refuse(command.reply_to, *error);
        return true;
    }
    const CachedMember* asker = other(work, {decision.uid()});
    if (asker == nullptr) return false;
    MemberRow row = asker->row;
    Operation operation = step(command);
    operation.answer = done();
    if (!row.pending) {
        // Somebody has decided it already, perhaps this same command before an unknown outcome.
        const bool decided = (row.role != Role::none) == decision.accept();
        if (!decided) {
            refuse(command.reply_to, {.code = Code::not_found, .where = "decide_join.uid"});
        } else if (asker->pending > 0) {
            operation.members.push_back(std::move(row));
            stage_rows(std::move(operation));
        } else {
            if (work.untold) publish_member(row, {}, command.uid, tip_.members);
            answer(command.reply_to, std::move(operation.answer));
        }
        return true;
    }
    if (decision.accept()) {
        const auto* entrance = found_as<LoadedEntrance>(work.found);
        if (entrance == nullptr) {
            load_for(command.uid, Entrance{.invite = {}, .of = row.uid, .with = {}});
            return false;
        }
        if (const auto error = no_room(*entrance)) {
            refuse(command.reply_to, *error);
            return true;
        }
        count_again(operation, row.uid, *entrance);
        let_in(operation, std::move(row), now);
    } else {
        row.pending = false;
        ++row.version;
        pb::Note note;
        note.set_kind(pb::NOTE_KIND_NOT_LET_IN);
        note.set_from(command.uid.value);
        tell_note(operation, row, std::move(note), now);
        operation.members.push_back(std::move(row));
    }
    stage_rows(std::move(operation));
    return true;
}

// ---- Leaving

// With the operator's rights: of nobody, the group goes (closing.cc); of somebody, they do, and
// whoever follows them owns what they owned.
bool Group::admit_leave(const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    if (command.operator_rights && !command.uid) {
        admit_delete(work);
        return true;
    }
    const bool out = member.row.role == Role::none && !member.row.pending;
    if (out && member.pending == 0) {
        // Who never was in it learns no more of it than of one that there is not.
        if (member.row.joined == Time{} && !work.untold) {
            refuse(command.reply_to, kNoGroup);
            return true;
        }
        // Its commit had an unknown outcome: nodes still show them what others write.
        if (work.untold)
            publish_member(member.row, pb::OUST_REASON_LEFT, command.uid, tip_.members);
        answer(command.reply_to, done());
        return true;
    }
    const bool owns = member.row.role == Role::owner && tip_.members > 1;
    const bool stays = gid_ == kBroadcastGroup || group_settings_.kind() == pb::GROUP_KIND_DIRECT;
    if (stays || (owns && !command.operator_rights)) {
        refuse(command.reply_to, {.code = Code::not_permitted, .where = stays ? "gid" : "role"});
        return true;
    }
    std::optional<Heir> heir = Heir{};
    if (owns) heir = heir_after(work, command.uid);
    if (!heir) return false;
    if (owns && !heir->row) {
        refuse(command.reply_to, kNoHeir);
        return true;
    }
    Operation operation = step(command);
    operation.answer = done();
    operation.ousted = pb::OUST_REASON_LEFT;
    MemberRow row = member.row;
    const bool was_in = row.role != Role::none;
    if (!out) put_out(operation, row, now);
    operation.members.push_back(std::move(row));
    if (was_in) pass_on(operation, *heir, now);
    stage_rows(std::move(operation));
    return true;
}

void Group::put_out(Operation& operation, MemberRow& row, Time now) const {
    const MemberEvent::Kind kind = kind_of(operation.ousted);
    if (row.role != Role::none || kind == MemberEvent::Kind::banned) {
        operation.member_events.push_back(
            {.uid = row.uid, .kind = kind, .by = operation.command.uid});
    }
    if (row.role != Role::none) {
        row.left = tip_.seq;
        --operation.after.members;
    }
    row.role = Role::none;
    row.pending = false;
    const bool against = operation.ousted != pb::OUST_REASON_LEFT;
    if (against) row.put_out = now;
    ++row.version;
    pb::UserLogEntry entry;
    pb::Ousted& ousted = *entry.mutable_ousted();
    ousted.set_gid(gid_.value);
    ousted.set_reason(operation.ousted);
    ousted.set_by(operation.command.uid.value);
    tell(operation, row.uid, std::move(entry), now);
}

}  // namespace stentor::group
