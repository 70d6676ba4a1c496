#include "group/configure.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "group/answers.h"
#include "group/changes.h"
#include "group/moderation.h"
#include "group/moderation_log.h"
#include "group/notes.h"
#include "group/pipeline.h"
#include "group/send_rules.h"
#include "group/state.h"

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
    Field{"pinned", Act::describe,
          [](const auto& from, auto& to) { to.set_pinned(from.pinned()); }},
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

}  // namespace

bool admit_configure(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::ConfigureGroup& configure = command.frame.configure_group();
    auto error = objection_to(Act::describe, command, member);
    if (!error && configure.epoch() != 0 && Epoch{configure.epoch()} != epoch(group)) {
        error = Error{.code = Code::epoch_changed, .where = "epoch", .limit = epoch(group).value};
    }
    if (!error && is_direct(group)) {
        error = Error{.code = Code::not_permitted, .where = "gid"};
    }
    pb::GroupSettings settings = group.pipeline.settings;
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
    if (!error) error = objection_to_words(group, command);
    const bool pins = std::ranges::find(configure.fields(), "pinned") != configure.fields().end();
    const Seq pinned{configure.settings().pinned()};
    if (!error && pins && pinned > Seq{}) {
        // The only one that names a place of a history.
        if (Epoch{configure.epoch()} != epoch(group)) {
            error =
                Error{.code = Code::epoch_changed, .where = "epoch", .limit = epoch(group).value};
        } else {
            const auto sought = entry_for(group, work, member, pinned);
            if (!sought) return false;
            if (*sought == nullptr || (*sought)->recalled) {
                error = Error{.code = Code::not_found, .where = "settings.pinned"};
            }
        }
    }
    if (error) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    if (const Step step = pass_filter(group, work, now); step != Step::passed) {
        return step == Step::refused;
    }
    Operation operation = operation_for(group, command);
    operation.answer = done();
    operation.settings = std::move(settings);
    note_act(group, operation, {.seq = pins ? pinned : Seq{}}, now);
    stage_rows(group, std::move(operation));
    return true;
}

bool admit_mute_for_me(GroupState& group, const Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const bool muted = command.frame.mute_for_me().muted();
    if (member.row.role == Role::none) {
        refuse(group, command.reply_to, kNoGroup);
        return true;
    }
    if (member.row.muted_for_me == muted) {
        confirm(group, work, member, {});
        return true;
    }
    Operation operation = operation_for(group, command);
    operation.answer = done();
    MemberRow row = member.row;
    row.muted_for_me = muted;
    ++row.version;
    pb::UserLogEntry entry;
    entry.mutable_muted_for_me()->set_gid(group.gid.value);
    entry.mutable_muted_for_me()->set_muted(muted);
    tell(group, operation, row.uid, std::move(entry), now);
    operation.members.push_back(std::move(row));
    stage_rows(group, std::move(operation));
    return true;
}

}  // namespace stentor::group
