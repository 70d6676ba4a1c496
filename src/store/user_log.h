#pragma once
// Lines of a user's own log: their numbers, and the rows that a numbered line becomes. The same in
// every engine. Pure.
//
// A number is the store's epoch, then a count that never starts again: epoch * 2^32 + n. A store
// that was restored has a larger epoch, so it gives no number twice, and a device that holds one of
// the lost lines finds that no such line is kept.

#include <cstdint>
#include <optional>
#include <string>

#include "base/limits.h"
#include "store/rows.h"

namespace stentor::store {

// The line's place in its user's log: 1, 2, 3 ... whatever the epoch.
constexpr std::uint64_t place_of(std::uint64_t user_log_seq) {
    return user_log_seq & ((std::uint64_t{1} << 32U) - 1);
}
// The number after `newest`, which is 0 in an empty log.
constexpr std::uint64_t next_user_log_seq(Epoch epoch, std::uint64_t newest) {
    return (epoch.value << 32U) + place_of(newest) + 1;
}
// The oldest place that is kept when `newest` is the newest number.
constexpr std::uint64_t oldest_place(std::uint64_t newest) {
    const std::uint64_t place = place_of(newest);
    return place > limits::kUserLog ? place - limits::kUserLog + 1 : 1;
}

struct NumberedEvent {
    std::string entry;            // A serialized pb::UserLogEntry, whole.
    std::optional<NoteRow> note;  // Of an event that is a note.
};
// `event` passed verdict(): what it calls a note holds one.
[[nodiscard]] NumberedEvent numbered(const UserEvent& event, std::uint64_t user_log_seq);

}  // namespace stentor::store
