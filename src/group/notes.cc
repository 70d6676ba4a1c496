#include "group/notes.h"

#include <string>
#include <utility>

#include "group/admission.h"
#include "group/state.h"

namespace stentor::group {

void tell(const GroupState& group, Operation& operation, UserId uid, pb::UserLogEntry entry,
          Time now) {
    entry.set_gid(group.gid.value);
    entry.set_epoch(epoch(group).value);
    entry.set_time_ms(to_ms(now));
    operation.events.push_back({.uid = uid, .entry = entry.SerializeAsString()});
}

void tell_note(const GroupState& group, Operation& operation, store::MemberRow& row, pb::Note note,
               Time now) {
    row.overlay = true;
    note.set_gid(group.gid.value);
    note.set_anchor_seq(operation.after.seq.value);
    note.set_time_ms(to_ms(now));
    pb::UserLogEntry entry;
    *entry.mutable_note() = std::move(note);
    tell(group, operation, row.uid, std::move(entry), now);
    operation.events.back().note = true;
    operation.events.back().anchor = operation.after.seq;
}

void write_note(GroupState& group, UserId uid, Code code, std::string_view text, Time now) {
    bus::Command command{.gid = group.gid, .operator_rights = true};
    pb::WriteNote& note = *command.frame.mutable_write_note();
    note.set_gid(group.gid.value);
    note.set_uid(uid.value);
    note.set_text(std::string{text});
    note.set_code(static_cast<pb::Code>(code));
    receive_command(group, std::move(command), now);
}

}  // namespace stentor::group
