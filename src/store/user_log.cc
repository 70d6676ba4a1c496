#include "store/user_log.h"

#include "wire/pb.h"

namespace stentor::store {

NumberedEvent numbered(const UserEvent& event, std::uint64_t user_log_seq) {
    if (!event.note) {
        // A field may stand anywhere in a message, so the rest need not be read.
        pb::UserLogEntry number;
        number.set_user_log_seq(user_log_seq);
        return {.entry = event.entry + number.SerializeAsString(), .note = {}};
    }
    pb::UserLogEntry entry;
    (void)entry.ParseFromString(event.entry);
    entry.set_user_log_seq(user_log_seq);
    entry.mutable_note()->set_note_id(user_log_seq);
    return {.entry = entry.SerializeAsString(),
            .note = NoteRow{.user_log_seq = user_log_seq,
                            .anchor = event.anchor,
                            .note = entry.note().SerializeAsString()}};
}

}  // namespace stentor::store
