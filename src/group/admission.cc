#include "group/admission.h"

#include <utility>

#include "group/answers.h"
#include "group/changes.h"
#include "group/clearing.h"
#include "group/configure.h"
#include "group/direct.h"
#include "group/invites.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/membership.h"
#include "group/moderation.h"
#include "group/moderation_log.h"
#include "group/reactions.h"
#include "group/reading.h"
#include "group/recall_member.h"
#include "group/sending.h"
#include "group/state.h"

namespace stentor::group {
namespace {

using store::Role;

// Whether it can have closed the group, and is answered by Done.
bool may_end(const pb::ClientFrame& frame) {
    return !frame.has_send() && !frame.has_create_group() && !frame.has_join_group() &&
           !frame.has_open_direct() && !frame.has_block_user();
}

bool admit_command(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const bool waits = !command.frame.has_read() && !command.frame.has_send();
    if (waits && group.pipeline.staged.size() >= group.server_settings.staged_max) {
        refuse(group, command.reply_to,
               {.code = Code::overloaded, .where = "gid", .retry_after_ms = 500});
        return true;
    }
    const pb::ClientFrame& frame = command.frame;
    // Before anything is looked at that is remembered of its former members. A command whose commit
    // had an unknown outcome was what ended it.
    if (group.phase == Phase::closed) {
        const bool ended = work.maybe_kept && may_end(frame);
        return ended ? answer(group, command.reply_to, done())
                     : refuse(group, command.reply_to, kNoGroup),
               true;
    }
    switch (frame.command_case()) {
        case pb::ClientFrame::kCreateGroup: return admit_create(group, work, now);
        case pb::ClientFrame::kJoinGroup: return admit_join(group, work, member, now);
        case pb::ClientFrame::kOpenDirect:
            return admit_direct(group, work, member, {frame.open_direct().uid()}, now);
        case pb::ClientFrame::kBlockUser:
            return admit_direct(group, work, member, {frame.block_user().uid()}, now);
        default: break;
    }
    if (group.phase != Phase::live) {
        refuse(group, command.reply_to, kNoGroup);
        return true;
    }
    switch (frame.command_case()) {
        case pb::ClientFrame::kSend: return admit_send(group, work, member, now);
        case pb::ClientFrame::kRead: return admit_read(group, command, member);
        case pb::ClientFrame::kRecall: return admit_recall(group, work, member, now);
        case pb::ClientFrame::kEdit: return admit_edit(group, work, member, now);
        case pb::ClientFrame::kHide: return admit_hide(group, work, member, now);
        case pb::ClientFrame::kReact: return admit_react(group, work, member, now);
        case pb::ClientFrame::kClearReactions: return admit_clear(group, work, member, now);
        case pb::ClientFrame::kTyping: admit_typing(group, command, member, now); return true;
        case pb::ClientFrame::kLeaveGroup: return admit_leave(group, work, member, now);
        case pb::ClientFrame::kDecideJoin: return admit_decision(group, work, member, now);
        case pb::ClientFrame::kChangeMember: return admit_member_change(group, work, member, now);
        case pb::ClientFrame::kWriteNote: return admit_note(group, work, member, now);
        case pb::ClientFrame::kConfigureGroup: return admit_configure(group, work, member, now);
        case pb::ClientFrame::kCreateInvite: return admit_invite(group, work, member, now);
        case pb::ClientFrame::kEndInvite: return admit_end_invite(group, work, member, now);
        case pb::ClientFrame::kRecallMember: return admit_recall_member(group, work, member, now);
        case pb::ClientFrame::kReport: return admit_report(group, work, member, now);
        case pb::ClientFrame::kDismissReports: return admit_dismiss(group, work, member, now);
        case pb::ClientFrame::kMuteForMe: return admit_mute_for_me(group, work, member, now);
        default:
            refuse(group, command.reply_to, {.code = Code::unsupported, .where = "command"});
            return true;
    }
}

}  // namespace

void receive_command(GroupState& group, bus::Command command, Time now) {
    group.used = now;
    Work work{.command = std::move(command)};
    if (group.phase == Phase::unloaded || group.phase == Phase::loading) {
        return wait_for_group(group, std::move(work));
    }
    if (group.loads.parked.contains(work.command.uid) || !admit(group, work, now)) {
        park(group, std::move(work));
    }
}

bool admit(GroupState& group, Work& work, Time now) {
    const bus::Command& command = work.command;
    // Each time it comes by: it may have waited while its sender's account was closed.
    if (group.server_settings.gate != nullptr) {
        if (const auto error = group.server_settings.gate->objection_to(command)) {
            refuse(group, command.reply_to, *error);
            return true;
        }
    }
    // The server itself is nobody's member.
    if (!command.uid && !group.members.contains(command.uid))
        remember_member(group, command.uid, std::nullopt, now);
    const auto found = group.members.find(command.uid);
    if (found == group.members.end()) {
        // An opening of the same user may have asked for the row already.
        if (!group.openings.parked.contains(command.uid)) load(group, LoadMember{command.uid});
        return false;
    }
    CachedMember& member = found->second;
    member.used = now;
    // A note about a refusal is a command of its own, within this one.
    const Code outer = std::exchange(group.refused, Code::ok);
    const bool ended = admit_command(group, work, member, now);
    const Code refused = std::exchange(group.refused, outer);
    const bool rated = work.rated && !command.limits_lifted && !command.operator_rights;
    // What was refused for good has used up nothing: its sender is told to repair it and to send it
    // again at once.
    if (ended && rated && gives_back(refused)) {
        const auto bucket =
            bucket_of(member, command.frame, group.server_settings.rate_of(command.uid));
        if (bucket) member.given_back.pay(bucket->rate, bucket->limit, now);
    }
    return ended;
}

}  // namespace stentor::group
