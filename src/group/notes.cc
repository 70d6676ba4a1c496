// What one user alone is told, numbered in his own log in the same commit as what it tells of.

#include <utility>

#include "group/group.h"

namespace stentor::group {

void Group::tell(Operation& operation, UserId uid, pb::UserLogEntry entry, Time now) const {
    entry.set_gid(gid_.value);
    entry.set_epoch(epoch().value);
    entry.set_time_ms(to_ms(now));
    operation.events.push_back({.uid = uid, .entry = entry.SerializeAsString()});
}

void Group::tell_note(Operation& operation, store::MemberRow& row, pb::Note note, Time now) const {
    row.overlay = true;
    note.set_gid(gid_.value);
    note.set_anchor_seq(operation.after.seq.value);
    note.set_time_ms(to_ms(now));
    pb::UserLogEntry entry;
    *entry.mutable_note() = std::move(note);
    tell(operation, row.uid, std::move(entry), now);
    operation.events.back().note = true;
    operation.events.back().anchor = operation.after.seq;
}

void Group::write_note(UserId uid, Code code, std::string_view text, Time now) {
    bus::Command command{.gid = gid_, .operator_rights = true};
    pb::WriteNote& note = *command.frame.mutable_write_note();
    note.set_gid(gid_.value);
    note.set_uid(uid.value);
    note.set_text(std::string{text});
    note.set_code(static_cast<pb::Code>(code));
    on_command(std::move(command), now);
}

}  // namespace stentor::group
