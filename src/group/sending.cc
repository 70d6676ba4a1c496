#include "group/sending.h"

#include <utility>

#include "base/leapt_clock.h"
#include "base/limits.h"
#include "base/planted_bugs.h"
#include "group/answers.h"
#include "group/direct.h"
#include "group/loads.h"
#include "group/pipeline.h"
#include "group/send_rules.h"
#include "group/state.h"

namespace stentor::group {
namespace {

using store::Role;

Cmid cmid_of(const std::string& raw) { return Cmid::from(raw).value_or(Cmid{}); }

// What must hold before a send is looked for among those that were stored. Whoever never was in the
// group has none there, and is answered as if there were no group: not even a rate tells of it.
std::optional<Error> objection_to_id(GroupState& group, Work& work, CachedMember& member,
                                     Time now) {
    const pb::Send& send = work.command.frame.send();
    const bool was_in = member.row.role != Role::none || member.row.joined != Time{};
    if (!was_in && !work.command.operator_rights) return kNoGroup;
    if (!work.rated && !work.command.limits_lifted && !work.command.operator_rights) {
        if (const auto error = rate_objection(group, member, now)) return error;
    }
    work.rated = true;
    const auto cmid = Cmid::from(send.cmid());
    if (!cmid) return Error{.code = Code::bad_field, .where = "cmid", .limit = 16};
    if (cmid->time() + limits::kSendWindow < now) {
        return Error{.code = Code::send_expired,
                     .where = "cmid",
                     .limit = static_cast<std::uint64_t>(limits::kSendWindow.count())};
    }
    if (cmid->time() > now + limits::kClockSkew) {
        return Error{.code = Code::clock_skew,
                     .where = "cmid",
                     .limit = static_cast<std::uint64_t>(limits::kClockSkew.count())};
    }
    return std::nullopt;
}

// What the sender is in the group now. It comes behind the look for a duplicate: what was stored
// before they were muted or put out has its number, and a retry is told it.
std::optional<Error> standing_objection(const GroupState& group, const bus::Command& command,
                                        const CachedMember& member, Time now) {
    const pb::Send& send = command.frame.send();
    if (member.row.role == Role::none && !command.operator_rights) return kNoGroup;
    if (member.row.muted_until > now && !command.operator_rights) {
        return muted_for(member.row.muted_until - now);
    }
    if (send.epoch() != 0 && Epoch{send.epoch()} != epoch(group)) {
        return Error{.code = Code::epoch_changed, .where = "epoch", .limit = epoch(group).value};
    }
    return std::nullopt;
}

std::optional<bool> is_known(const GroupState& group, const SentId& id, bool absent_in_store) {
    if (group.sent.find(id) != nullptr) return true;
    if (absent_in_store || group.sent.covers(id.cmid)) return false;
    return std::nullopt;
}

void answer_duplicate(GroupState& group, const bus::Command& command, const SentAt& at) {
    const pb::Send& send = command.frame.send();
    if (hash_of(send.body()) != at.body_hash) {
        return refuse(group, command.reply_to, {.code = Code::cmid_reused, .where = "cmid"});
    }
    const bool waits =
        !at.durable && answer_with(group, command.reply_to, [&](const Operation& operation) {
            return operation.entry && operation.entry->seq == at.seq;
        });
    if (waits) return;
    pb::ServerFrame frame;
    pb::Sent& sent = *frame.mutable_sent();
    sent.set_gid(group.gid.value);
    sent.set_epoch(epoch(group).value);
    sent.set_cmid(send.cmid());
    sent.set_seq(at.seq.value);
    if (const LogEntry* entry = group.ring.find(at.seq)) {
        sent.set_time_ms(to_ms(entry->time));
        sent.set_digest(std::string{entry->digest.view()});
    }
    answer(group, command.reply_to, std::move(frame));
}

}  // namespace

bool admit_send(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    if (!knows_counterpart(group, work)) return false;
    if (const auto error = objection_to_id(group, work, member, now)) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    const SentId id{command.uid, cmid_of(command.frame.send().cmid())};
    if (!planted(Bug::no_duplicate_check)) {
        const auto stored = is_known(group, id, work.cmid_absent);
        if (!stored) {
            load(group, LoadSent{.uid = id.uid, .cmid = id.cmid});
            return false;
        }
        if (*stored) {
            answer_duplicate(group, command, *group.sent.find(id));
            return true;
        }
    }
    if (const auto error = standing_objection(group, command, member, now)) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    if (!command.frame.send().after().empty() && !planted(Bug::after_ignored)) {
        const SentId before{command.uid, cmid_of(command.frame.send().after())};
        const auto stored = is_known(group, before, work.after_absent);
        if (!stored) {
            load(group, LoadSent{.uid = before.uid, .cmid = before.cmid});
            return false;
        }
        if (!*stored) {
            refuse(group, command.reply_to,
                   {.code = Code::predecessor_missing, .where = "after", .retry_after_ms = 50});
            return true;
        }
    }
    // Before the rules count it: its retries must not look like a flood of the same text.
    if (group.pipeline.staged.size() >= group.server_settings.staged_max) {
        refuse(group, command.reply_to,
               {.code = Code::overloaded, .where = "gid", .retry_after_ms = 500});
        return true;
    }
    const Step step = pass_rules(group, work, member, now);
    if (step != Step::passed) return step == Step::refused;
    note_sent(group, work, member, now);
    stage_send(group, command, now);
    return true;
}

void stage_send(GroupState& group, const bus::Command& command, Time now) {
    const Tip& tip = group.pipeline.tip;
    const pb::Send& send = command.frame.send();
    const Digest body_hash = hash_of(send.body());
    const Time time = may_follow(tip.time, now) ? now : tip.time;

    pb::Entry entry;
    entry.set_seq(tip.seq.value + 1);
    entry.set_sender(command.uid.value);
    entry.set_cmid(send.cmid());
    entry.set_kind(pb::ENTRY_KIND_POST);
    entry.set_time_ms(to_ms(time));
    entry.set_ordinal(tip.ordinal + 1);
    entry.set_body(send.body());

    Operation operation{.command = command, .entry = log_entry(entry, tip.digest)};
    const LogEntry& staged = *operation.entry;
    operation.sent = store::SentRow{
        .cmid = staged.cmid, .uid = command.uid, .seq = staged.seq, .body_hash = body_hash};
    operation.after = tip;
    operation.after.seq = staged.seq;
    operation.after.digest = staged.digest;
    operation.after.ordinal = staged.ordinal;
    operation.after.time = time;
    pb::Sent& sent = *operation.answer.mutable_sent();
    sent.set_gid(group.gid.value);
    sent.set_epoch(epoch(group).value);
    sent.set_cmid(send.cmid());
    sent.set_seq(staged.seq.value);
    sent.set_time_ms(to_ms(time));
    sent.set_digest(std::string{staged.digest.view()});

    group.sent.add({command.uid, staged.cmid}, {.seq = staged.seq, .body_hash = body_hash});
    if (const auto sender = group.members.find(command.uid); sender != group.members.end()) {
        ++sender->second.sends;
    }
    bring_in_counterpart(group, operation, now);
    stage_rows(group, std::move(operation));
}

}  // namespace stentor::group
