#include "group/direct.h"

#include <utility>

#include "base/group_ids.h"
#include "group/answers.h"
#include "group/clearing.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/membership.h"
#include "group/moderation.h"
#include "group/notes.h"
#include "group/pipeline.h"
#include "group/state.h"

namespace stentor::group {
namespace {

using store::MemberRow;
using store::Role;

void enter_direct(const GroupState& group, Operation& operation, MemberRow row, Time now) {
    row.role = Role::member;
    row.joined = now;
    ++row.version;
    ++operation.after.members;
    operation.member_events.push_back(
        {.uid = row.uid, .kind = MemberEvent::Kind::joined, .by = operation.command.uid});
    pb::UserLogEntry entry;
    entry.mutable_joined()->set_role(pb::ROLE_MEMBER);
    tell(group, operation, row.uid, std::move(entry), now);
    operation.members.push_back(std::move(row));
}

// Whoever blocks somebody does not come into a chat with them: there is none on their list before
// one of the two writes.
void set_blocked(GroupState& group, const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::BlockUser& block = command.frame.block_user();
    // Before anything of this chat that can still be asked for.
    Sweep theirs{.seq = group.pipeline.tip.floor + 1, .of = {block.uid()}};
    if (member.row.blocked == block.blocked()) {
        if (!block.blocked()) return confirm(group, work, member, {});
        theirs.waiting = {command};  // Those of a former try may be left.
        return add_sweep(group, std::move(theirs));
    }
    Operation operation = operation_for(group, command);
    operation.answer = done();
    MemberRow row = member.row;
    ++row.version;
    row.blocked = block.blocked();
    pb::UserLogEntry entry;
    *entry.mutable_blocked() = block;
    tell(group, operation, row.uid, std::move(entry), now);
    operation.members.push_back(std::move(row));
    if (block.blocked()) operation.swept_after = std::move(theirs);
    stage_rows(group, std::move(operation));
}

}  // namespace

UserId counterpart(const GroupState& group, UserId uid) {
    if (group.pipeline.settings.between_size() != 2) return {};
    const UserId first{group.pipeline.settings.between(0)};
    const UserId second{group.pipeline.settings.between(1)};
    return uid == first ? second : first;
}

bool admit_direct(GroupState& group, const Work& work, CachedMember& member, UserId whom,
                  Time now) {
    const bus::Command& command = work.command;
    const bool block = command.frame.has_block_user();
    if (group.gid != direct_gid(command.uid, whom) || (block && whom == command.uid)) {
        refuse(group, command.reply_to, {.code = Code::bad_field, .where = "uid"});
        return true;
    }
    if (block && group.phase == Phase::absent && !command.frame.block_user().blocked()) {
        answer(group, command.reply_to, done());
        return true;
    }
    const bool enters = !block && member.row.role == Role::none;
    const auto* entrance = found_as<LoadedEntrance>(work.found);
    if ((group.phase == Phase::absent || enters) && entrance == nullptr) {
        load_for(group, command.uid, Entrance{.invite = {}, .of = command.uid, .with = whom});
        return false;
    }
    if (enters) {
        if (const auto error = no_room(group, *entrance)) {
            refuse(group, command.reply_to, *error);
            return true;
        }
    }
    if (group.phase == Phase::absent) {
        if (!entrance->account || entrance->account->erased) {
            refuse(group, command.reply_to, {.code = Code::not_found, .where = "uid"});
            return true;
        }
        pb::GroupSettings settings;
        settings.set_kind(pb::GROUP_KIND_DIRECT);
        settings.add_between(command.uid.value);
        settings.add_between(whom.value);
        found_group(group, command.uid, std::move(settings), now);
    } else if (counterpart(group, command.uid) != whom) {
        // Another pair came to this number first.
        refuse(group, command.reply_to, {.code = Code::internal, .where = "gid"});
        return true;
    }
    if (block) {
        set_blocked(group, work, member, now);
    } else if (!is_member_already(group, work, member)) {
        Operation operation = operation_for(group, command);
        enter_direct(group, operation, member.row, now);
        count_again(operation, command.uid, *entrance);
        operation.answer = group_ready(group, operation.members.back());
        stage_rows(group, std::move(operation));
    }
    return true;
}

bool knows_counterpart(GroupState& group, Work& work) {
    if (!is_direct(group)) return true;
    const UserId whom = counterpart(group, work.command.uid);
    if (whom != work.command.uid && other_member(group, work, whom) == nullptr) return false;
    // Their row is in memory now; what is asked for next must not be taken for found.
    if (found_as<std::optional<MemberRow>>(work.found) != nullptr) work.found.reset();
    return true;
}

// They are told no more than that.
std::optional<Error> objection_of_counterpart(const GroupState& group, UserId uid) {
    if (!is_direct(group)) return std::nullopt;
    const auto whom = group.members.find(counterpart(group, uid));
    if (whom == group.members.end() || whom->first == uid || !whom->second.row.blocked) {
        return std::nullopt;
    }
    return Error{.code = Code::not_permitted, .where = "gid"};
}

void bring_in_counterpart(const GroupState& group, Operation& operation, Time now) {
    if (!is_direct(group)) return;
    const UserId whom = counterpart(group, operation.command.uid);
    const auto found = group.members.find(whom);
    if (found == group.members.end() || found->second.row.role != Role::none) return;
    enter_direct(group, operation, found->second.row, now);
}

}  // namespace stentor::group
