#pragma once
// The port to what single members added to a group beside its log: invites, reactions, entries that
// they hid, notes to themselves, what they reported and moderated. Rules of all ports: store.h.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/port.h"
#include "store/rows.h"

namespace stentor::store {

class Annotations : public Port {
public:
    [[nodiscard]] virtual Result<std::optional<InviteRow>> invite(GroupId gid,
                                                                  std::string_view code) = 0;
    // Of the group, also those that are over; in the order of codes, after `after_code`.
    [[nodiscard]] virtual Result<std::vector<InviteRow>> invites(GroupId gid,
                                                                 std::string_view after_code,
                                                                 std::size_t count_max) = 0;
    // Who reacted to the entry with `emoji` (empty: with any); by uid, then emoji, after `after`.
    // The rows of one user stay together, so there may be a few more than count_max. Costs a look
    // at every reaction of those users to the neighbouring entries.
    [[nodiscard]] virtual Result<std::vector<ReactionRow>> reactions_to(GroupId gid, Seq seq,
                                                                        std::string_view emoji,
                                                                        UserId after,
                                                                        std::size_t count_max) = 0;
    // Of `uid` to the entries from `from` to `to`, both included; by seq, then emoji.
    [[nodiscard]] virtual Result<std::vector<ReactionRow>> reactions_of(GroupId gid, UserId uid,
                                                                        Seq from, Seq to) = 0;
    // Ascending; entries without reactions are left out.
    [[nodiscard]] virtual Result<std::vector<TallyRow>> tallies(GroupId gid, Seq from, Seq to) = 0;
    // Ascending.
    [[nodiscard]] virtual Result<std::vector<Seq>> hidden(GroupId gid, UserId uid, Seq from,
                                                          Seq to) = 0;
    // Anchored from `from` to `to`, by (anchor, user_log_seq); at most kNotesPerPage, the newest.
    [[nodiscard]] virtual Result<std::vector<NoteRow>> notes(GroupId gid, UserId uid, Seq from,
                                                             Seq to) = 0;
    // Of the group's moderation log: newest first, those below `before` (0: from the newest on).
    [[nodiscard]] virtual Result<std::vector<ModerationRow>> moderation(GroupId gid,
                                                                        std::uint64_t before,
                                                                        std::size_t count_max) = 0;
};

}  // namespace stentor::store
