#pragma once
// What a commit meets, the same in every engine: an engine reads the head under its own lock, asks
// here, and writes only what is `done`. Pure.

#include <algorithm>

#include "store/store.h"

namespace stentor::store {

// `before` is the head that the store holds, or null when there is no such group; `epoch` is the
// store's. A commit that
// names the right version but does not continue the log (a hole, a time that goes back, a floor
// above the head) is a conflict too and is logged: the store is the last place that can keep a
// broken owner from breaking the log, and a conflict makes that owner load again.
[[nodiscard]] Outcome verdict(const HeadRow* before, const Commit& commit, Epoch epoch);

// Writes `term`, and `epoch` where it is the larger, into a head that is being taken; says whether
// that changed it. A new epoch notes where the former history ends. owner_moved: the head holds a
// larger term.
[[nodiscard]] Result<bool> take(HeadRow& head, Term term, Epoch epoch);

// Whether a read position counts in a group of this head, in a store of this epoch. Not one of a
// former owner: its successor may have read the row already. Not one of a former epoch: what stood
// at its number then may be lost.
[[nodiscard]] bool may_advance(const HeadRow& head, Epoch epoch, const ReadPosition& position);

// A head as it is told in a store of this epoch: as take() would make it, its term apart.
[[nodiscard]] HeadRow in_epoch(HeadRow head, Epoch epoch);

// The row of the feed for a commit to a group whose head was at `former`; none when it neither
// added nor changed an entry.
[[nodiscard]] std::optional<FeedRow> feed_row(std::uint64_t number, Seq former,
                                              const Commit& commit);

// Of accounts' changes and of the audit: above `newest`, and above every number that a lost history
// may have given: a restored store has a larger epoch.
constexpr std::uint64_t next_number(Epoch epoch, std::uint64_t newest) {
    return std::max(newest, epoch.value << 32U) + 1;
}

[[nodiscard]] AccountState state_of(const UserRow& user);

// `kept` after change_user(). An erased account stays one.
[[nodiscard]] Result<UserRow> changed(const UserRow& kept, const Accounts::Edit& edit);

// bad_field: the name is empty, or the value is larger than kSettingBytes.
[[nodiscard]] std::optional<Error> refuse_setting(std::string_view name,
                                                  std::optional<std::string_view> value);

// Rows of those who left, were banned from outside or wait for approval are kept, but are none.
[[nodiscard]] inline bool is_member_now(const MemberRow& row) {
    return row.role != Role::none && row.left == Seq{};
}

[[nodiscard]] inline bool is_listed(const MemberRow& row, Listed whom) {
    switch (whom) {
        case Listed::waiting: return row.pending;
        case Listed::banned: return row.banned;
        case Listed::staff: return is_member_now(row) && row.role >= Role::admin;
        case Listed::members: break;
    }
    return is_member_now(row);
}

}  // namespace stentor::store
