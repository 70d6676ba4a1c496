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

MemberRow two_of_us(UserId uid, Time now) {
    return {.uid = uid, .role = Role::member, .version = 1, .joined = now};
}

}  // namespace

UserId Group::counterpart(UserId uid) const {
    if (group_settings_.between_size() != 2) return {};
    const UserId first{group_settings_.between(0)};
    const UserId second{group_settings_.between(1)};
    return uid == first ? second : first;
}

// OpenDirect and BlockUser, both of which make the chat where there is none.
bool Group::admit_direct(const Work& work, CachedMember& member, UserId whom, Time now) {
    const bus::Post& post = work.post;
    const bool block = post.command.has_block_user();
    if (gid_ != direct_gid(post.uid, whom) || (block && whom == post.uid)) {
        refuse(post.reply_to, {.code = Code::bad_field, .where = "uid"});
        return true;
    }
    if (state_ == State::absent) {
        const auto* account = found_as<std::optional<store::UserRow>>(work.found);
        if (account == nullptr) {
            load_for(post.uid, AccountOf{whom});
            return false;
        }
        if (!*account) {
            refuse(post.reply_to, {.code = Code::not_found, .where = "uid"});
            return true;
        }
        pb::GroupSettings settings;
        settings.set_kind(pb::GROUP_KIND_DIRECT);
        settings.add_between(post.uid.value);
        settings.add_between(whom.value);
        found_group(post.uid, std::move(settings), now);
    } else if (counterpart(post.uid) != whom) {
        // Another pair came to this number first.
        refuse(post.reply_to, {.code = Code::internal, .where = "gid"});
        return true;
    }
    if (block) {
        set_blocked(work, member, now);
    } else if (!is_member_already(work, member)) {
        Operation operation = step(post);
        enter_direct(operation, post.uid, now);
        operation.answer = group_ready(operation.members.back());
        stage_rows(std::move(operation));
    }
    return true;
}

void Group::enter_direct(Operation& operation, UserId uid, Time now) const {
    ++operation.after.members;
    operation.member_events.push_back(
        {.uid = uid, .kind = MemberEvent::Kind::joined, .by = operation.post.uid});
    pb::UserLogEntry entry;
    entry.mutable_joined()->set_role(pb::ROLE_MEMBER);
    tell(operation, uid, std::move(entry), now);
    operation.members.push_back(two_of_us(uid, now));
}

void Group::set_blocked(const Work& work, CachedMember& member, Time now) {
    const bus::Post& post = work.post;
    const pb::BlockUser& block = post.command.block_user();
    const bool is_in = member.row.role != Role::none;
    if (is_in && member.row.blocked == block.blocked()) return confirm(work, member, {});
    Operation operation = step(post);
    operation.answer = done();
    MemberRow row = member.row;
    if (!is_in) {
        enter_direct(operation, post.uid, now);
        row = std::move(operation.members.back());
        operation.members.pop_back();
    } else {
        ++row.version;
    }
    row.blocked = block.blocked();
    pb::UserLogEntry entry;
    *entry.mutable_blocked() = block;
    tell(operation, row.uid, std::move(entry), now);
    operation.members.push_back(std::move(row));
    stage_rows(std::move(operation));
}

bool Group::knows_counterpart(const Work& work) {
    if (group_settings_.kind() != pb::GROUP_KIND_DIRECT) return true;
    const UserId whom = counterpart(work.post.uid);
    return whom == work.post.uid || other(work, whom) != nullptr;
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
    const UserId whom = counterpart(operation.post.uid);
    const auto found = members_.find(whom);
    if (found == members_.end() || found->second.row.role != Role::none) return;
    enter_direct(operation, whom, now);
}

}  // namespace stentor::group
