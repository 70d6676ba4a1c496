// The links into a group that still let somebody in.

#include <algorithm>
#include <map>
#include <utility>

#include "base/limits.h"
#include "group/answers.h"
#include "group/invites.h"
#include "owner/load.h"
#include "owner/question_sources.h"

namespace stentor::owner {

Result<void> may(store::Store& store, UserId asker, bool operator_rights, group::Act act,
                 GroupId gid) {
    const auto row = member_of(store, gid, asker);
    if (!row) return std::unexpected(row.error());
    const group::Rank rank = operator_rights ? group::Rank::the_operator
                             : *row          ? group::rank_of((*row)->role)
                                             : group::Rank::none;
    const auto head = store.head(gid);
    if (!head && head.error().code != Code::not_found) return std::unexpected(head.error());
    if (!head || store::is_closed(*head) || rank == group::Rank::none) {
        return std::unexpected(group::kNoGroup);
    }
    if (group::may(rank, act)) return {};
    return std::unexpected(Error{.code = Code::not_permitted, .where = "role"});
}

namespace {

Result<group::Rank> rank_of_maker(store::Store& store, GroupId gid,
                                  const store::InviteRow& invite) {
    if (!invite.by) return group::maker_rank(invite, {}, false);
    const auto row = store.member(gid, invite.by);
    if (!row) return std::unexpected(row.error());
    const auto account = store.user(invite.by);
    if (!account) return std::unexpected(account.error());
    const bool closed = *account && ((*account)->disabled || (*account)->erased);
    return group::maker_rank(invite, *row ? (*row)->role : store::Role::none, closed);
}

}  // namespace

Result<bus::Reply> answer_to(Sources& sources, const bus::AskInvites& ask) {
    const GroupId gid{ask.list.gid()};
    const auto seen = may(sources.store, ask.asker, ask.operator_rights, group::Act::invite, gid);
    if (!seen) return std::unexpected(seen.error());
    const std::size_t count =
        std::min<std::size_t>(ask.list.count() == 0 ? 50 : ask.list.count(), limits::kListPage);
    pb::Invites invites;
    invites.set_gid(gid.value);
    std::map<UserId, group::Rank> makers;
    std::string after = ask.list.cursor();
    for (bool more = true; more;) {
        const auto rows = sources.store.invites(gid, after, limits::kListPage);
        if (!rows) return std::unexpected(rows.error());
        more = rows->size() == limits::kListPage;
        for (const store::InviteRow& row : *rows) {
            after = row.code;
            if (!group::is_open(row, now())) continue;
            if (!makers.contains(row.by)) {
                const auto rank = rank_of_maker(sources.store, gid, row);
                if (!rank) return std::unexpected(rank.error());
                makers[row.by] = *rank;
            }
            if (!group::may(makers[row.by], group::Act::invite)) continue;
            if (static_cast<std::size_t>(invites.invites_size()) == count) {
                invites.set_next(invites.invites().rbegin()->invite());
                return bus::Reply{std::move(invites)};
            }
            pb::InviteState& state = *invites.add_invites();
            state.set_invite(row.code);
            state.set_by(row.by.value);
            state.set_made_ms(to_ms(row.made));
            state.set_expires_ms(to_ms(row.expires));
            state.set_uses(row.uses);
            state.set_name(row.name);
            state.set_uses_max(row.uses_left ? row.uses + *row.uses_left : 0);
        }
    }
    return bus::Reply{std::move(invites)};
}

}  // namespace stentor::owner
