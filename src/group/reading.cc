#include "group/reading.h"

#include <algorithm>
#include <utility>

#include "base/planted_bugs.h"
#include "group/answers.h"
#include "group/members.h"
#include "group/pipeline.h"
#include "group/state.h"

namespace stentor::group {
namespace {

using store::Role;

// In the group of announcements nobody has a row before there is something to keep in it.
void write_first_row(GroupState& group, const bus::Command& command, const CachedMember& member) {
    store::MemberRow row = member.row;
    row.version = 1;
    row.read = std::clamp(Seq{command.frame.read().seq()}, row.read, group.head.seq);
    Operation operation = operation_for(group, command);
    operation.command.reply_to = {};
    operation.members.push_back(std::move(row));
    stage_rows(group, std::move(operation));
}

}  // namespace

bool admit_read(GroupState& group, const bus::Command& command, CachedMember& member) {
    const pb::Read& read = command.frame.read();
    if (member.row.role == Role::none) {
        refuse(group, command.reply_to, kNoGroup);
    } else if (Epoch{read.epoch()} != epoch(group)) {
        refuse(group, command.reply_to,
               {.code = Code::epoch_changed, .where = "epoch", .limit = epoch(group).value});
    } else {
        const Seq before = member.row.read;
        if (member.row.version == 0) write_first_row(group, command, member);
        move_read(group, member, {read.seq()});
        if (member.row.read > before) {
            group.port.nudge(bus::ReadMoved{.uid = command.uid,
                                            .gid = group.gid,
                                            .epoch = epoch(group),
                                            .read = member.row.read});
        }
        answer(group, command.reply_to, done());
    }
    return true;
}

void move_read(GroupState& group, CachedMember& member, Seq seq) {
    seq = std::min(seq, group.head.seq);
    if (seq <= member.row.read && !planted(Bug::cursor_without_max)) return;
    store::MemberRow row = member.row;
    row.read = seq;
    set_row(group, member, std::move(row));
    group.port.advance_read({.gid = group.gid,
                             .uid = member.row.uid,
                             .read = seq,
                             .term = group.lease.term,
                             .epoch = group.head.epoch});
}

}  // namespace stentor::group
