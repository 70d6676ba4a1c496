#include "group/moderation_log.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/group_ids.h"
#include "base/limits.h"
#include "group/answers.h"
#include "group/changes.h"
#include "group/moderation.h"
#include "group/state.h"

namespace stentor::group {
namespace {

using store::ModerationKind;
using store::ModerationRow;

constexpr Millis kDay{86'400'000};

ModerationKind row_kind(const pb::ClientFrame& frame) {
    switch (frame.command_case()) {
        case pb::ClientFrame::kReport: return ModerationKind::report;
        case pb::ClientFrame::kDismissReports: return ModerationKind::dismiss;
        case pb::ClientFrame::kRecall: return ModerationKind::recall;
        case pb::ClientFrame::kRecallMember: return ModerationKind::recall_member;
        case pb::ClientFrame::kConfigureGroup: return ModerationKind::settings;
        case pb::ClientFrame::kDecideJoin: return ModerationKind::decide_join;
        case pb::ClientFrame::kCreateInvite:
        case pb::ClientFrame::kEndInvite: return ModerationKind::invite;
        case pb::ClientFrame::kClearReactions: return ModerationKind::clear_reactions;
        default: break;
    }
    const pb::ChangeMember& change = frame.change_member();
    if (change.has_role()) return ModerationKind::role;
    if (change.has_mute_until_ms()) return ModerationKind::mute;
    return change.has_ban() ? ModerationKind::ban : ModerationKind::kick;
}

std::string row_reason(const pb::ClientFrame& frame) {
    switch (frame.command_case()) {
        case pb::ClientFrame::kReport: return frame.report().reason();
        case pb::ClientFrame::kDismissReports: return frame.dismiss_reports().reason();
        case pb::ClientFrame::kRecall: return frame.recall().reason();
        case pb::ClientFrame::kRecallMember: return frame.recall_member().reason();
        case pb::ClientFrame::kClearReactions: return frame.clear_reactions().emoji();
        case pb::ClientFrame::kConfigureGroup: break;
        default: return frame.change_member().reason();
    }
    std::string names;
    for (const std::string& name : frame.configure_group().fields()) {
        if (!names.empty()) names += ' ';
        names += name;
    }
    return names;
}

std::optional<Error> objection_to_report(const GroupState& group, const bus::Command& command,
                                         const LogEntry* entry) {
    if (entry == nullptr || entry->recalled) return kNoEntry;
    if (entry->sender == command.uid || group.gid == kBroadcastGroup) {
        return Error{.code = Code::not_permitted, .where = "seq"};
    }
    return std::nullopt;
}

// What changes which reports are open.
bool is_about_reports(ModerationKind kind) {
    return kind == ModerationKind::report || kind == ModerationKind::dismiss ||
           kind == ModerationKind::recall || kind == ModerationKind::recall_member;
}

bool is_report(const std::optional<ModerationRow>& row, UserId by, Seq seq) {
    return row && row->kind == ModerationKind::report && row->by == by && row->seq == seq;
}

// `rows`: newest first. How long until there is room for another one.
std::optional<Error> too_many(const std::vector<ModerationRow>& rows, UserId by, Time now) {
    std::size_t reports = 0;
    for (const ModerationRow& row : rows) {
        if (row.kind != ModerationKind::report || row.by != by || row.time + kDay <= now) continue;
        if (++reports < limits::kReportsPerDay) continue;
        return Error{.code = Code::rate_limited,
                     .where = "report",
                     .limit = limits::kReportsPerDay,
                     .retry_after_ms = wait_ms(row.time + kDay - now),
                     .rule = "reports"};
    }
    return std::nullopt;
}

}  // namespace

ModerationRow moderation_row(const GroupState& group, const bus::Command& command,
                             const Noted& noted, Time now) {
    return {.time = now,
            .by = command.uid,
            .kind = row_kind(command.frame),
            .uid = noted.uid,
            .epoch = epoch(group),
            .seq = noted.seq,
            .value = noted.value,
            .reason = row_reason(command.frame)};
}

void note_act(const GroupState& group, Operation& operation, const Noted& noted, Time now) {
    operation.moderation = moderation_row(group, operation.command, noted, now);
    operation.moves_duties |= is_about_reports(operation.moderation->kind);
}

bool admit_report(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::Report& report = command.frame.report();
    const Seq seq{report.seq()};
    auto error = objection_to_change(group, work, member, Epoch{report.epoch()}, now);
    UserId sender;
    if (!error) {
        const auto sought = entry_for(group, work, member, seq);
        if (!sought) return false;
        error = objection_to_report(group, command, *sought);
        if (!error) sender = (*sought)->sender;
    }
    if (error) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    const bool waits = answer_with(group, command.reply_to, [&](const Operation& other) {
        return is_report(other.moderation, command.uid, seq);
    });
    if (waits) return true;
    const auto* rows = found_as<std::vector<ModerationRow>>(work.found);
    if (rows == nullptr) {
        load_for(group, command.uid, ModerationOf{});
        return false;
    }
    const bool told = std::ranges::any_of(*rows, [&](const ModerationRow& row) {
        return is_report(row, command.uid, seq) && row.epoch == epoch(group);
    });
    if (told) {
        answer(group, command.reply_to, done());
        return true;
    }
    if (const auto many = too_many(*rows, command.uid, now)) {
        refuse(group, command.reply_to, *many);
        return true;
    }
    Operation operation = operation_for(group, command);
    operation.answer = done();
    note_act(group, operation, {.uid = sender, .seq = seq}, now);
    stage(group, std::move(operation));
    return true;
}

bool admit_dismiss(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::DismissReports& dismiss = command.frame.dismiss_reports();
    auto error = objection_to(Act::moderate, command, member);
    const bool any = command.operator_rights && dismiss.epoch() == 0;
    if (!error && !any && Epoch{dismiss.epoch()} != epoch(group)) {
        error = Error{.code = Code::epoch_changed, .where = "epoch", .limit = epoch(group).value};
    }
    if (!error && (dismiss.seq() == 0 || Seq{dismiss.seq()} > group.head.seq)) error = kNoEntry;
    if (error) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    Operation operation = operation_for(group, command);
    operation.answer = done();
    note_act(group, operation, {.seq = Seq{dismiss.seq()}}, now);
    stage(group, std::move(operation));
    return true;
}

}  // namespace stentor::group
