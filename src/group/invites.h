#pragma once
// Links into a group: making and ending them, which of them let somebody in, and how the last
// staged use left each.
//
// Owner: GroupState. Pure. Cost: a hash look-up. Limits: what was looked at within kAskWithin.

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "group/rank.h"
#include "store/rows.h"

namespace stentor::group {

struct CachedMember;
struct GroupState;
struct Work;

// Neither ended nor expired nor used up.
[[nodiscard]] bool is_open(const store::InviteRow& invite, Time now);
// What whoever made it is worth now: a link of somebody who lost the right is void. `role`: theirs
// in the group; `closed`: their account is.
[[nodiscard]] Rank maker_rank(const store::InviteRow& invite, store::Role role, bool closed);
// Whether it lets `who` in. Whoever was kicked needs one that was made after that.
[[nodiscard]] bool lets_in(const store::InviteRow& invite, Rank maker, const store::MemberRow& who,
                           Time now);
// After one use.
[[nodiscard]] store::InviteRow used_once(store::InviteRow invite);

class Invites {
public:
    // As the last staged use left it; `row` is what the store shows.
    const store::InviteRow& find(const store::InviteRow& row, Time now);
    void stage(const store::InviteRow& row);
    void set_durable(const std::string& code);
    // Of those that the store shows with those that are staged: how many are open, and which are
    // over and wait for nothing.
    struct Count {
        std::size_t open{};
        std::vector<std::string> over;
    };
    [[nodiscard]] Count count(const std::vector<store::InviteRow>& rows, Time now) const;
    // Those that nobody looked at since, nor waits for.
    void forget(Time since);
    void clear() { places_.clear(); }

private:
    struct Place {
        store::InviteRow row;
        std::uint32_t pending{};
        Time used;
    };
    std::unordered_map<std::string, Place> places_;
};

bool admit_invite(GroupState& group, const Work& work, CachedMember& member, Time now);
bool admit_end_invite(GroupState& group, const Work& work, CachedMember& member, Time now);
// That of the command, if it lets `who` in.
const store::InviteRow* invite_for(GroupState& group, const Work& work, const store::MemberRow& who,
                                   Time now);

}  // namespace stentor::group
