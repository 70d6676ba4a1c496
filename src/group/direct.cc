// Direct chats: groups of two that nobody creates, joins or leaves.

#include <utility>

#include "base/group_ids.h"
#include "base/limits.h"
#include "group/answers.h"
#include "group/group.h"

namespace stentor::group {
namespace {

using store::MemberRow;
using store::Role;

}  // namespace

UserId Group::counterpart(UserId uid) const {
    if (group_settings_.between_size() != 2) return {};
    const UserId first{group_settings_.between(0)};
    const UserId second{group_settings_.between(1)};
    return uid == first ? second : first;
}

// OpenDirect and BlockUser, both of which make the chat where there is none.
bool Group::admit_direct(const Work& work, CachedMember& member, UserId whom, Time now) {
    const bus::Command& command = work.command;
    const bool block = command.frame.has_block_user();
    if (gid_ != direct_gid(command.uid, whom) || (block && whom == command.uid)) {
        refuse(command.reply_to, {.code = Code::bad_field, .where = "uid"});
        return true;
    }
    if (block && state_ == State::absent && !command.frame.block_user().blocked()) {
        answer(command.reply_to, done());
        return true;
    }
    const bool enters = !block && member.row.role == Role::none;
    const auto* entrance = found_as<LoadedEntrance>(work.found);
    if ((state_ == State::absent || enters) && entrance == nullptr) {
        load_for(command.uid, Entrance{.invite = {}, .of = command.uid, .with = whom});
        return false;
    }
    if (enters) {
        if (const auto error = no_room(*entrance)) {
            refuse(command.reply_to, *error);
            return true;
        }
    }
    if (state_ == State::absent) {
        if (!entrance->account || entrance->account->erased) {
            refuse(command.reply_to, {.code = Code::not_found, .where = "uid"});
            return true;
        }
        pb::GroupSettings settings;
        settings.set_kind(pb::GROUP_KIND_DIRECT);
        settings.add_between(command.uid.value);
        settings.add_between(whom.value);
        found_group(command.uid, std::move(settings), now);
    } else if (counterpart(command.uid) != whom) {
        // Another pair came to this number first.
        refuse(command.reply_to, {.code = Code::internal, .where = "gid"});
        return true;
    }
    if (block) {
        set_blocked(work, member, now);
    } else if (!is_member_already(work, member)) {
        Operation operation = step(command);
        enter_direct(operation, member.row, now);
        count_again(operation, command.uid, *entrance);
        operation.answer = group_ready(operation.members.back());
        stage_rows(std::move(operation));
    }
    return true;
}

void Group::enter_direct(Operation& operation, MemberRow row, Time now) const {
    row.role = Role::member;
    row.joined = now;
    ++row.version;
    ++operation.after.members;
    operation.member_events.push_back(
        {.uid = row.uid, .kind = MemberEvent::Kind::joined, .by = operation.command.uid});
    pb::UserLogEntry entry;
    entry.mutable_joined()->set_role(pb::ROLE_MEMBER);
    tell(operation, row.uid, std::move(entry), now);
    operation.members.push_back(std::move(row));
}

// Whoever blocks somebody does not come into a chat with them: there is none on their list before
// one of the two writes.
void Group::set_blocked(const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::BlockUser& block = command.frame.block_user();
    // Before anything of this chat that can still be asked for.
    Sweep theirs{.seq = tip_.floor + 1, .of = {block.uid()}};
    if (member.row.blocked == block.blocked()) {
        if (!block.blocked()) return confirm(work, member, {});
        theirs.waiting = {command.reply_to};  // Those of a former try may be left.
        return sweep(std::move(theirs));
    }
    Operation operation = step(command);
    operation.answer = done();
    MemberRow row = member.row;
    ++row.version;
    row.blocked = block.blocked();
    pb::UserLogEntry entry;
    *entry.mutable_blocked() = block;
    tell(operation, row.uid, std::move(entry), now);
    operation.members.push_back(std::move(row));
    if (block.blocked()) operation.swept_after = std::move(theirs);
    stage_rows(std::move(operation));
}

bool Group::knows_counterpart(Work& work) {
    if (group_settings_.kind() != pb::GROUP_KIND_DIRECT) return true;
    const UserId whom = counterpart(work.command.uid);
    if (whom != work.command.uid && other(work, whom) == nullptr) return false;
    // Their row is in memory now; what is asked for next must not be taken for found.
    if (found_as<std::optional<MemberRow>>(work.found) != nullptr) work.found.reset();
    return true;
}

// He is told no more than that.
std::optional<Error> Group::objection_of_counterpart(UserId uid) const {
    if (group_settings_.kind() != pb::GROUP_KIND_DIRECT) return std::nullopt;
    const auto whom = members_.find(counterpart(uid));
    if (whom == members_.end() || whom->first == uid || !whom->second.row.blocked) {
        return std::nullopt;
    }
    return Error{.code = Code::not_permitted, .where = "gid"};
}

void Group::bring_in_counterpart(Operation& operation, Time now) const {
    if (group_settings_.kind() != pb::GROUP_KIND_DIRECT) return;
    const UserId whom = counterpart(operation.command.uid);
    const auto found = members_.find(whom);
    if (found == members_.end() || found->second.row.role != Role::none) return;
    enter_direct(operation, found->second.row, now);
}

}  // namespace stentor::group
