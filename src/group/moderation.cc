#include "group/moderation.h"

#include <algorithm>
#include <utility>

#include "base/group_ids.h"
#include "base/limits.h"
#include "group/answers.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/membership.h"
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

Act act_of(const pb::ChangeMember& change) {
    switch (change.change_case()) {
        case pb::ChangeMember::kRole:
            return change.role() == pb::ROLE_OWNER ? Act::transfer : Act::give_role;
        case pb::ChangeMember::kMuteUntilMs: return Act::mute;
        case pb::ChangeMember::kBan: return Act::ban;
        default: return Act::kick;
    }
}

std::optional<Error> bad_change(const pb::ChangeMember& change) {
    if (change.change_case() == pb::ChangeMember::CHANGE_NOT_SET) {
        return Error{.code = Code::bad_field, .where = "change_member.change"};
    }
    if (change.has_role() && (change.role() < pb::ROLE_MEMBER || change.role() > pb::ROLE_OWNER)) {
        return Error{
            .code = Code::bad_field, .where = "change_member.role", .limit = pb::ROLE_OWNER};
    }
    if (change.mute_until_ms() > limits::kIdMax) {
        return Error{.code = Code::bad_field,
                     .where = "change_member.mute_until_ms",
                     .limit = limits::kIdMax};
    }
    if (change.reason().size() > limits::kReasonBytes) {
        return Error{.code = Code::text_too_long,
                     .where = "change_member.reason",
                     .limit = limits::kReasonBytes};
    }
    return std::nullopt;
}

// Whether it takes the group from its owner without naming another one.
bool disowns(const pb::ChangeMember& change, const MemberRow& target) {
    const bool lifts = change.has_ban() && !change.ban();
    return target.role == Role::owner && !lifts && change.role() != pb::ROLE_OWNER;
}

bool change_role(GroupState& group, const Work& work, CachedMember& target, const Heir& heir,
                 Time now) {
    const bus::Command& command = work.command;
    const auto role = static_cast<Role>(command.frame.change_member().role());
    if (target.row.role == Role::none) {
        refuse(group, command.reply_to, {.code = Code::not_found, .where = "change_member.uid"});
        return true;
    }
    if (target.row.role == role) {
        confirm(group, work, target, {});
        return true;
    }
    // A member hands over what is their own; whose it is that the operator hands over must be
    // known.
    const bool knows_owners = found_as<std::vector<MemberRow>>(work.found) != nullptr;
    if (role == Role::owner && command.operator_rights && !knows_owners) {
        load_for(group, command.uid, OwnersOf{});
        return false;
    }
    Operation operation = operation_for(group, command);
    operation.answer = done();
    note_act(group, operation, {.uid = target.row.uid, .value = static_cast<std::uint64_t>(role)},
             now);
    give_role(group, operation, target.row, role, now);
    pass_on(group, operation, heir, now);
    if (role == Role::owner) {
        // There is one owner: whoever was it is an admin from now on.
        std::vector<MemberRow> former;
        for (const auto& [uid, member] : group.members) {
            if (member.row.role == Role::owner) former.push_back(member.row);
        }
        std::ranges::sort(former, {}, &MemberRow::uid);
        for (MemberRow& row : former) give_role(group, operation, std::move(row), Role::admin, now);
    }
    stage_rows(group, std::move(operation));
    return true;
}

// Kicks, bans, and lifts bans.
void change_standing(GroupState& group, const Work& work, CachedMember& target, const Heir& heir,
                     Time now) {
    const bus::Command& command = work.command;
    const pb::ChangeMember& change = command.frame.change_member();
    const bool banned = change.has_ban() ? change.ban() : target.row.banned;
    const bool out = target.row.role == Role::none && !target.row.pending;
    const bool lifted = change.has_ban() && !change.ban();
    if (change.has_kick() && !change.kick()) {
        return refuse(group, command.reply_to,
                      {.code = Code::bad_field, .where = "change_member.kick"});
    }
    const pb::OustReason ousted = lifted             ? pb::OUST_REASON_UNSPECIFIED
                                  : change.has_ban() ? pb::OUST_REASON_BANNED
                                                     : pb::OUST_REASON_KICKED;
    if ((out || lifted) && target.row.banned == banned) return confirm(group, work, target, ousted);
    Operation operation = operation_for(group, command);
    operation.answer = done();
    note_act(group, operation, {.uid = target.row.uid, .value = banned ? 1U : 0U}, now);
    MemberRow row = target.row;
    row.banned = banned;
    const bool was_in = row.role != Role::none;
    if (out || lifted) {
        if (banned) row.put_out = now;
        ++row.version;
        operation.member_events.push_back(
            {.uid = row.uid,
             .kind = banned ? MemberEvent::Kind::banned : MemberEvent::Kind::ban_lifted,
             .by = command.uid});
    } else {
        operation.ousted = ousted;
        put_out(group, operation, row, now);
        if (!change.reason().empty()) {
            pb::Note note;
            note.set_kind(banned ? pb::NOTE_KIND_BANNED : pb::NOTE_KIND_KICKED);
            note.set_text(change.reason());
            note.set_from(command.uid.value);
            tell_note(group, operation, row, std::move(note), now);
        }
    }
    operation.members.push_back(std::move(row));
    if (was_in && operation.ousted != pb::OUST_REASON_UNSPECIFIED)
        pass_on(group, operation, heir, now);
    stage_rows(group, std::move(operation));
}

void mute_member(GroupState& group, const Work& work, CachedMember& target, Time now) {
    const bus::Command& command = work.command;
    const pb::ChangeMember& change = command.frame.change_member();
    if (target.row.role == Role::none) {
        return refuse(group, command.reply_to,
                      {.code = Code::not_found, .where = "change_member.uid"});
    }
    Time until = from_ms(change.mute_until_ms());
    if (until <= now) until = {};
    if (target.row.muted_until == until) return confirm(group, work, target, {});
    Operation operation = operation_for(group, command);
    operation.answer = done();
    note_act(group, operation, {.uid = target.row.uid, .value = to_ms(until)}, now);
    MemberRow row = target.row;
    row.muted_until = until;
    ++row.version;
    pb::UserLogEntry entry;
    entry.mutable_muted()->set_until_ms(to_ms(until));
    entry.mutable_muted()->set_by(command.uid.value);
    tell(group, operation, row.uid, std::move(entry), now);
    pb::Note note;
    note.set_kind(until == Time{} ? pb::NOTE_KIND_UNMUTED : pb::NOTE_KIND_MUTED);
    note.set_until_ms(to_ms(until));
    note.set_text(change.reason());
    note.set_from(command.uid.value);
    note.set_code(until == Time{} ? pb::CODE_OK : pb::CODE_MUTED);
    tell_note(group, operation, row, std::move(note), now);
    operation.members.push_back(std::move(row));
    stage_rows(group, std::move(operation));
}

}  // namespace

std::optional<Error> objection_to(Act act, const bus::Command& command, const CachedMember& member,
                                  Rank target) {
    if (!command.operator_rights && member.row.role == Role::none) return kNoGroup;
    const Rank rank = command.operator_rights ? Rank::the_operator : rank_of(member.row.role);
    if (may(rank, act, target)) return std::nullopt;
    return Error{.code = Code::not_permitted, .where = "role"};
}

void confirm(GroupState& group, const Work& work, const CachedMember& target,
             pb::OustReason ousted) {
    Operation operation = operation_for(group, work.command);
    operation.answer = done();
    operation.ousted = ousted;
    if (target.pending == 0) {
        return answer(group, work.command.reply_to, std::move(operation.answer));
    }
    operation.members.push_back(target.row);
    stage_rows(group, std::move(operation));
}

bool admit_member_change(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::ChangeMember& change = command.frame.change_member();
    // Whoever may do it to nobody learns nothing about anybody.
    auto error = objection_to(act_of(change), command, member);
    if (!error) error = bad_change(change);
    // Everybody is in the group of announcements, and a direct chat has two members for good.
    const bool fixed = group.gid == kBroadcastGroup || is_direct(group);
    if (!error && fixed && !change.has_mute_until_ms()) {
        error = Error{.code = Code::not_permitted, .where = "gid"};
    }
    if (!error) error = objection_to_words(group, command);
    if (error) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    CachedMember* target = other_member(group, work, {change.uid()});
    if (target == nullptr) return false;
    // Nobody need have been here to be banned, but somebody they must be.
    if (target->row.version == 0 && target->row.role == Role::none && change.ban()) {
        const auto* account = found_as<std::optional<store::UserRow>>(work.found);
        if (account == nullptr) {
            load_for(group, command.uid, AccountOf{target->row.uid});
            return false;
        }
        if (!*account) {
            refuse(group, command.reply_to,
                   {.code = Code::not_found, .where = "change_member.uid"});
            return true;
        }
    }
    if (const auto outranked =
            objection_to(act_of(change), command, member, rank_of(target->row.role))) {
        refuse(group, command.reply_to, *outranked);
        return true;
    }
    if (const Step step = pass_filter(group, work, now); step != Step::passed) {
        return step == Step::refused;
    }
    if (change.has_mute_until_ms()) {
        mute_member(group, work, *target, now);
        return true;
    }
    std::optional<Heir> heir = Heir{};
    if (disowns(change, target->row)) {
        heir = heir_after(group, work, target->row.uid);
        if (!heir) return false;
        if (!heir->row && (change.has_role() || !heir->nobody_left)) {
            // Of a group of one its only member remains the owner.
            refuse(
                group, command.reply_to,
                heir->nobody_left ? Error{.code = Code::not_permitted, .where = "role"} : kNoHeir);
            return true;
        }
    }
    if (change.has_role()) return change_role(group, work, *target, *heir, now);
    change_standing(group, work, *target, *heir, now);
    return true;
}

// A note has no id of its own before the store numbers it: after an unknown outcome it is written
// again, so its reader may find it twice, but never not at all.
bool admit_note(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::WriteNote& written = command.frame.write_note();
    auto error = objection_to(Act::write_note, command, member);
    if (!error && (written.text().empty() || written.text().size() > limits::kNoteBytes)) {
        error = Error{.code = written.text().empty() ? Code::empty_body : Code::text_too_long,
                      .where = "write_note.text",
                      .limit = limits::kNoteBytes};
    }
    if (!error) error = objection_to_words(group, command);
    if (error) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    const CachedMember* reader = other_member(group, work, {written.uid()});
    if (reader == nullptr) return false;
    if (reader->row.role == Role::none) {
        refuse(group, command.reply_to, {.code = Code::not_found, .where = "write_note.uid"});
        return true;
    }
    if (const Step step = pass_filter(group, work, now); step != Step::passed) {
        return step == Step::refused;
    }
    Operation operation = operation_for(group, command);
    operation.answer = done();
    MemberRow row = reader->row;
    ++row.version;
    pb::Note note;
    note.set_text(written.text());
    note.set_from(command.uid.value);
    if (command.operator_rights) note.set_code(written.code());
    tell_note(group, operation, row, std::move(note), now);
    operation.members.push_back(std::move(row));
    stage_rows(group, std::move(operation));
    return true;
}

}  // namespace stentor::group
