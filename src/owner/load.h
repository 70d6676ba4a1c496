#pragma once
// Carries out one load of a group: blocking reads of the store. Runs on a loader's thread.

#include <vector>

#include "group/effects.h"
#include "store/store.h"

namespace stentor::owner {

[[nodiscard]] group::Loaded carry_out(const group::Load& load, Term term, Time now,
                                      store::Store& store);

// The same of loads of single members, and of nothing else: one answer for each, in their order.
[[nodiscard]] std::vector<group::Loaded> carry_out_together(std::vector<group::Load> loads,
                                                            store::Store& store);

// Their row, or none. Everybody who has an account is a member of the group of announcements, and
// sees what came after they signed up.
[[nodiscard]] Result<std::optional<store::MemberRow>> member_of(store::Store& store, GroupId gid,
                                                                UserId uid);
// Entries from `from` to `to`, or of them those that stand behind the newest damaged place: perhaps
// none, and then without their head and digest. Costs one read more for each halving where there is
// one.
[[nodiscard]] Result<store::EntryPage> newest_readable(store::GroupLog& store, GroupId gid,
                                                       Seq from, Seq to);
// What was hidden where it can be read; what stands at a damaged place is shown.
[[nodiscard]] Result<std::vector<Seq>> or_none(Result<std::vector<Seq>> hidden);

// What this member hid of the entries from `from` to `to`, ascending. Without anything of their own
// there it costs nothing.
[[nodiscard]] Result<std::vector<Seq>> hidden_by(store::Annotations& store, GroupId gid,
                                                 const store::MemberRow& row, Seq from, Seq to);
// What an account is in the group of announcements before it has a row there.
[[nodiscard]] Result<store::MemberRow> implied_member(store::GroupLog& store,
                                                      const store::UserRow& account);

}  // namespace stentor::owner
