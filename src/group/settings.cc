// What the group is set to, who may hand out invites, and what a member sets for himself.

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "group/answers.h"
#include "group/group.h"

namespace stentor::group {
namespace {

using store::MemberRow;
using store::Role;

struct Field {
    std::string_view name;
    Act act;  // Who may change it.
    void (*take)(const pb::GroupSettings& from, pb::GroupSettings& to);
};

constexpr std::array kFields{
    Field{"name", Act::describe, [](const auto& from, auto& to) { to.set_name(from.name()); }},
    Field{"topic", Act::describe, [](const auto& from, auto& to) { to.set_topic(from.topic()); }},
    Field{"welcome", Act::describe,
          [](const auto& from, auto& to) { to.set_welcome(from.welcome()); }},
    Field{"slow_mode_s", Act::describe,
          [](const auto& from, auto& to) { to.set_slow_mode_s(from.slow_mode_s()); }},
    Field{"hold_ms", Act::describe,
          [](const auto& from, auto& to) { to.set_hold_ms(from.hold_ms()); }},
    Field{"hold_entries", Act::describe,
          [](const auto& from, auto& to) { to.set_hold_entries(from.hold_entries()); }},
    Field{"join_policy", Act::rule,
          [](const auto& from, auto& to) { to.set_join_policy(from.join_policy()); }},
    Field{
        "history_for_joiners", Act::rule,
        [](const auto& from, auto& to) { to.set_history_for_joiners(from.history_for_joiners()); }},
    Field{"retention_s", Act::rule,
          [](const auto& from, auto& to) { to.set_retention_s(from.retention_s()); }},
    Field{"retention_entries", Act::rule,
          [](const auto& from, auto& to) { to.set_retention_entries(from.retention_entries()); }},
};

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

bool Group::admit_configure(Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::ConfigureGroup& configure = command.frame.configure_group();
    auto error = objection_to(Act::describe, command, member);
    if (!error && configure.epoch() != 0 && Epoch{configure.epoch()} != epoch()) {
        error = Error{.code = Code::epoch_changed, .where = "epoch", .limit = epoch().value};
    }
    if (!error && group_settings_.kind() == pb::GROUP_KIND_DIRECT) {
        error = Error{.code = Code::not_permitted, .where = "gid"};
    }
    pb::GroupSettings settings = group_settings_;
    for (const std::string& name : configure.fields()) {
        if (error) break;
        const auto* field = std::ranges::find(kFields, std::string_view{name}, &Field::name);
        if (field == kFields.end()) {
            error = Error{.code = Code::bad_field, .where = "configure_group.fields"};
        } else {
            error = objection_to(field->act, command, member);
            field->take(configure.settings(), settings);
        }
    }
    if (!error) error = objection_to_words(command);
    if (error) {
        refuse(command.reply_to, *error);
        return true;
    }
    if (const Step step = pass_filter(work, now); step != Step::passed) {
        return step == Step::refused;
    }
    Operation operation = step(command);
    operation.answer = done();
    operation.settings = std::move(settings);
    stage_rows(std::move(operation));
    return true;
}

// ---- Invites

bool Group::admit_invite(const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::CreateInvite& create = command.frame.create_invite();
    auto error = objection_to(Act::invite, command, member);
    if (!error && group_settings_.kind() == pb::GROUP_KIND_DIRECT) {
        error = Error{.code = Code::not_permitted, .where = "gid"};
    }
    if (!error && create.expires_ms() != 0 &&
        (create.expires_ms() > limits::kIdMax || from_ms(create.expires_ms()) <= now)) {
        error = Error{
            .code = Code::bad_field, .where = "create_invite.expires_ms", .limit = limits::kIdMax};
    }
    if (error) {
        refuse(command.reply_to, *error);
        return true;
    }
    const auto* rows = found_as<std::vector<store::InviteRow>>(work.found);
    if (rows == nullptr) {
        load_for(command.uid, InvitesOf{});
        return false;
    }
    Invites::Count count = invites_.count(*rows, now);
    if (count.open >= limits::kInvitesPerGroup) {
        refuse(command.reply_to, {.code = Code::not_permitted,
                                  .where = "create_invite",
                                  .limit = limits::kInvitesPerGroup,
                                  .rule = "invites_max"});
        return true;
    }
    // The same bytes when it is staged again after an unknown outcome, so the same link.
    store::InviteRow row{.code = code_of(command.random),
                         .by = command.uid,
                         .expires = from_ms(create.expires_ms()),
                         .made = now};
    if (create.uses_max() != 0) row.uses_left = create.uses_max();
    Operation operation = step(command);
    pb::Invite& invite = *operation.answer.mutable_invite();
    invite.set_gid(gid_.value);
    invite.set_invite(row.code);
    invite.set_expires_ms(create.expires_ms());
    operation.invites.push_back(std::move(row));
    operation.dropped_invites = std::move(count.over);
    stage_rows(std::move(operation));
    return true;
}

// What is over keeps its row until another one is made, so a repeat is Done, too.
bool Group::admit_end_invite(const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    if (const auto error = objection_to(Act::invite, command, member)) {
        refuse(command.reply_to, *error);
        return true;
    }
    const auto* entrance = found_as<LoadedEntrance>(work.found);
    if (entrance == nullptr) {
        load_for(
            command.uid,
            Entrance{.invite = command.frame.end_invite().invite(), .of = command.uid, .with = {}});
        return false;
    }
    if (!entrance->invite) {
        refuse(command.reply_to, {.code = Code::not_found, .where = "end_invite.invite"});
        return true;
    }
    Operation operation = step(command);
    operation.answer = done();
    store::InviteRow row = invites_.find(*entrance->invite, now);
    row.ended = true;
    operation.invites.push_back(std::move(row));
    stage_rows(std::move(operation));
    return true;
}

// ---- For himself

bool Group::admit_mute_for_me(const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const bool muted = command.frame.mute_for_me().muted();
    if (member.row.role == Role::none) {
        refuse(command.reply_to, kNoGroup);
        return true;
    }
    if (member.row.muted_for_me == muted) {
        confirm(work, member, {});
        return true;
    }
    Operation operation = step(command);
    operation.answer = done();
    MemberRow row = member.row;
    row.muted_for_me = muted;
    ++row.version;
    pb::UserLogEntry entry;
    entry.mutable_muted_for_me()->set_gid(gid_.value);
    entry.mutable_muted_for_me()->set_muted(muted);
    tell(operation, row.uid, std::move(entry), now);
    operation.members.push_back(std::move(row));
    stage_rows(std::move(operation));
    return true;
}

}  // namespace stentor::group
