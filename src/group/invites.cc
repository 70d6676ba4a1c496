#include "group/invites.h"

#include <unordered_set>
#include <utility>

namespace stentor::group {

bool is_open(const store::InviteRow& invite, Time now) {
    const bool expired = invite.expires != Time{} && invite.expires <= now;
    return !invite.ended && !expired && invite.uses_left != 0;
}

Rank maker_rank(const store::InviteRow& invite, store::Role role, bool closed) {
    if (!invite.by) return Rank::the_operator;
    return closed ? Rank::none : rank_of(role);
}

bool lets_in(const store::InviteRow& invite, Rank maker, const store::MemberRow& who, Time now) {
    const bool from_before = who.put_out != Time{} && invite.made <= who.put_out;
    return is_open(invite, now) && may(maker, Act::invite) && !from_before;
}

store::InviteRow used_once(store::InviteRow invite) {
    ++invite.uses;
    if (invite.uses_left) --*invite.uses_left;
    return invite;
}

const store::InviteRow& Invites::find(const store::InviteRow& row, Time now) {
    Place& place =
        places_.try_emplace(row.code, Place{.row = row, .pending = 0, .used = now}).first->second;
    place.used = now;
    return place.row;
}

void Invites::stage(const store::InviteRow& row) {
    Place& place = places_[row.code];
    place.row = row;
    ++place.pending;
}

void Invites::set_durable(const std::string& code) {
    const auto place = places_.find(code);
    if (place != places_.end() && place->second.pending > 0) --place->second.pending;
}

Invites::Count Invites::count(const std::vector<store::InviteRow>& rows, Time now) const {
    Count count;
    std::unordered_set<std::string> counted;
    for (const store::InviteRow& row : rows) {
        const auto place = places_.find(row.code);
        const bool staged = place != places_.end();
        if (staged) counted.insert(row.code);
        if (is_open(staged ? place->second.row : row, now)) {
            ++count.open;
        } else if (!staged || place->second.pending == 0) {
            count.over.push_back(row.code);
        }
    }
    for (const auto& [code, place] : places_) {
        if (place.pending > 0 && !counted.contains(code) && is_open(place.row, now)) ++count.open;
    }
    return count;
}

void Invites::forget(Time since) {
    std::erase_if(places_, [&](const auto& entry) {
        return entry.second.pending == 0 && entry.second.used < since;
    });
}

}  // namespace stentor::group
