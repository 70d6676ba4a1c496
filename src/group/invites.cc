#include "group/invites.h"

#include <array>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/limits.h"
#include "group/answers.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/moderation.h"
#include "group/moderation_log.h"
#include "group/pipeline.h"
#include "group/state.h"

namespace stentor::group {
namespace {

using store::MemberRow;
using store::Role;

// Base64url (RFC 4648 section 5) without padding.
std::string code_of(const std::array<std::uint8_t, 16>& random) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string code;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const std::uint8_t byte : random) {
        bits = (bits << 8U) | byte;
        for (held += 8; held >= 6; held -= 6) code += kAlphabet[(bits >> (held - 6)) & 63U];
    }
    code += kAlphabet[(bits << (6 - held)) & 63U];
    return code;
}

}  // namespace

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

// ---- Commands

const store::InviteRow* invite_for(GroupState& group, const Work& work, const MemberRow& who,
                                   Time now) {
    const auto* entrance = found_as<LoadedEntrance>(work.found);
    if (entrance == nullptr || !entrance->invite) return nullptr;
    const store::InviteRow& invite = group.invites.find(*entrance->invite, now);
    if (!group.members.contains(invite.by)) remember_member(group, invite.by, entrance->maker, now);
    const Rank maker =
        maker_rank(invite, group.members.at(invite.by).row.role, entrance->maker_closed);
    return lets_in(invite, maker, who, now) ? &invite : nullptr;
}

bool admit_invite(GroupState& group, const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::CreateInvite& create = command.frame.create_invite();
    auto error = objection_to(Act::invite, command, member);
    if (!error && is_direct(group)) {
        error = Error{.code = Code::not_permitted, .where = "gid"};
    }
    if (!error && create.expires_ms() != 0 &&
        (create.expires_ms() > limits::kIdMax || from_ms(create.expires_ms()) <= now)) {
        error = Error{
            .code = Code::bad_field, .where = "create_invite.expires_ms", .limit = limits::kIdMax};
    }
    if (error) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    const auto* rows = found_as<std::vector<store::InviteRow>>(work.found);
    if (rows == nullptr) {
        load_for(group, command.uid, InvitesOf{});
        return false;
    }
    Invites::Count count = group.invites.count(*rows, now);
    if (count.open >= limits::kInvitesPerGroup) {
        refuse(group, command.reply_to,
               {.code = Code::not_permitted,
                .where = "create_invite",
                .limit = limits::kInvitesPerGroup,
                .rule = "invites_max"});
        return true;
    }
    // The same bytes when it is staged again after an unknown outcome, so the same link.
    store::InviteRow row{.code = code_of(command.random),
                         .by = command.uid,
                         .expires = from_ms(create.expires_ms()),
                         .made = now,
                         .name = create.name()};
    if (create.uses_max() != 0) row.uses_left = create.uses_max();
    Operation operation = operation_for(group, command);
    pb::Invite& invite = *operation.answer.mutable_invite();
    invite.set_gid(group.gid.value);
    invite.set_invite(row.code);
    invite.set_expires_ms(create.expires_ms());
    note_act(group, operation, {.value = 1}, now);
    operation.invites.push_back(std::move(row));
    operation.dropped_invites = std::move(count.over);
    stage_rows(group, std::move(operation));
    return true;
}

// What is over keeps its row until another one is made, so a repeat is Done, too.
bool admit_end_invite(GroupState& group, const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    if (const auto error = objection_to(Act::invite, command, member)) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    const auto* entrance = found_as<LoadedEntrance>(work.found);
    if (entrance == nullptr) {
        load_for(
            group, command.uid,
            Entrance{.invite = command.frame.end_invite().invite(), .of = command.uid, .with = {}});
        return false;
    }
    if (!entrance->invite) {
        refuse(group, command.reply_to, {.code = Code::not_found, .where = "end_invite.invite"});
        return true;
    }
    Operation operation = operation_for(group, command);
    operation.answer = done();
    store::InviteRow row = group.invites.find(*entrance->invite, now);
    if (!row.ended) note_act(group, operation, {.uid = row.by, .value = 0}, now);
    row.ended = true;
    operation.invites.push_back(std::move(row));
    stage_rows(group, std::move(operation));
    return true;
}

}  // namespace stentor::group
