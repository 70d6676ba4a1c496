// The stages that a command passes before it is ordered; each may refuse it.

#include <algorithm>
#include <utility>

#include "base/leapt_clock.h"
#include "base/limits.h"
#include "base/planted_bugs.h"
#include "group/answers.h"
#include "group/group.h"

namespace stentor::group {
namespace {

using store::Role;

// Whether it can have closed the group, and is answered by Done.
bool may_end(const pb::ClientFrame& frame) {
    return !frame.has_send() && !frame.has_create_group() && !frame.has_join_group() &&
           !frame.has_open_direct() && !frame.has_block_user();
}

Cmid cmid_of(const std::string& raw) { return Cmid::from(raw).value_or(Cmid{}); }

}  // namespace

bool Group::admit(Work& work, Time now) {
    const bus::Command& command = work.command;
    // Each time it comes by: it may have waited while its sender's account was closed.
    if (settings_.gate != nullptr) {
        if (const auto error = settings_.gate->objection_to(command)) {
            refuse(command.reply_to, *error);
            return true;
        }
    }
    // The server itself is nobody's member.
    if (!command.uid && !members_.contains(command.uid))
        remember_member(command.uid, std::nullopt, now);
    const auto found = members_.find(command.uid);
    if (found == members_.end()) {
        // An opening of the same user may have asked for the row already.
        if (!openings_parked_.contains(command.uid)) load(LoadMember{command.uid});
        return false;
    }
    CachedMember& member = found->second;
    member.used = now;
    // A note about a refusal is a command of its own, within this one.
    const Code outer = std::exchange(refused_, Code::ok);
    const bool ended = admit_command(work, member, now);
    const Code refused = std::exchange(refused_, outer);
    const bool rated = work.rated && !command.limits_lifted && !command.operator_rights;
    // What was refused for good has used up nothing: its sender is told to repair it and to send it
    // again at once.
    if (ended && rated && gives_back(refused)) {
        const auto bucket = bucket_of(member, command.frame, settings_.rate_of(command.uid));
        if (bucket) member.given_back.pay(bucket->rate, bucket->limit, now);
    }
    return ended;
}

bool Group::admit_command(Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const bool waits = !command.frame.has_read() && !command.frame.has_send();
    if (waits && staged_.size() >= settings_.staged_max) {
        refuse(command.reply_to, {.code = Code::overloaded, .where = "gid", .retry_after_ms = 500});
        return true;
    }
    const pb::ClientFrame& frame = command.frame;
    // Before anything is looked at that is remembered of its former members. A command whose commit
    // had an unknown outcome was what ended it.
    if (state_ == State::closed) {
        const bool ended = work.untold && may_end(frame);
        return ended ? answer(command.reply_to, done()) : refuse(command.reply_to, kNoGroup), true;
    }
    switch (frame.command_case()) {
        case pb::ClientFrame::kCreateGroup: return admit_create(work, now);
        case pb::ClientFrame::kJoinGroup: return admit_join(work, member, now);
        case pb::ClientFrame::kOpenDirect:
            return admit_direct(work, member, {frame.open_direct().uid()}, now);
        case pb::ClientFrame::kBlockUser:
            return admit_direct(work, member, {frame.block_user().uid()}, now);
        default: break;
    }
    if (state_ != State::live) {
        refuse(command.reply_to, kNoGroup);
        return true;
    }
    switch (frame.command_case()) {
        case pb::ClientFrame::kSend: return admit_send(work, member, now);
        case pb::ClientFrame::kRead: return admit_read(command, member);
        case pb::ClientFrame::kRecall: return admit_recall(work, member, now);
        case pb::ClientFrame::kEdit: return admit_edit(work, member, now);
        case pb::ClientFrame::kHide: return admit_hide(work, member, now);
        case pb::ClientFrame::kReact: return admit_react(work, member, now);
        case pb::ClientFrame::kClearReactions: return admit_clear(work, member, now);
        case pb::ClientFrame::kTyping: admit_typing(command, member, now); return true;
        case pb::ClientFrame::kLeaveGroup: return admit_leave(work, member, now);
        case pb::ClientFrame::kDecideJoin: return admit_decision(work, member, now);
        case pb::ClientFrame::kChangeMember: return admit_member_change(work, member, now);
        case pb::ClientFrame::kWriteNote: return admit_note(work, member, now);
        case pb::ClientFrame::kConfigureGroup: return admit_configure(work, member, now);
        case pb::ClientFrame::kCreateInvite: return admit_invite(work, member, now);
        case pb::ClientFrame::kEndInvite: return admit_end_invite(work, member, now);
        case pb::ClientFrame::kMuteForMe: return admit_mute_for_me(work, member, now);
        default:
            refuse(command.reply_to, {.code = Code::unsupported, .where = "command"});
            return true;
    }
}

// ---- Sending

// What must hold before a send is looked for among those that were stored. Whoever never was in the
// group has none there, and is answered as if there were no group: not even a rate tells of it.
std::optional<Error> Group::objection_to_id(Work& work, CachedMember& member, Time now) {
    const pb::Send& send = work.command.frame.send();
    const bool was_in = member.row.role != Role::none || member.row.joined != Time{};
    if (!was_in && !work.command.operator_rights) return kNoGroup;
    if (!work.rated && !work.command.limits_lifted && !work.command.operator_rights) {
        if (const auto error = rate_objection(member, now)) return error;
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
std::optional<Error> Group::standing_objection(const bus::Command& command,
                                               const CachedMember& member, Time now) const {
    const pb::Send& send = command.frame.send();
    if (member.row.role == Role::none && !command.operator_rights) return kNoGroup;
    if (member.row.muted_until > now && !command.operator_rights) {
        return muted_for(member.row.muted_until - now);
    }
    if (send.epoch() != 0 && Epoch{send.epoch()} != epoch()) {
        return Error{.code = Code::epoch_changed, .where = "epoch", .limit = epoch().value};
    }
    return std::nullopt;
}

bool Group::admit_send(Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    if (!knows_counterpart(work)) return false;
    if (const auto error = objection_to_id(work, member, now)) {
        refuse(command.reply_to, *error);
        return true;
    }
    const SentId id{command.uid, cmid_of(command.frame.send().cmid())};
    if (!planted(Bug::no_duplicate_check)) {
        const auto stored = is_known(id, work.cmid_absent);
        if (!stored) {
            load(LoadSent{.uid = id.uid, .cmid = id.cmid});
            return false;
        }
        if (*stored) {
            answer_duplicate(command, *sent_.find(id));
            return true;
        }
    }
    if (const auto error = standing_objection(command, member, now)) {
        refuse(command.reply_to, *error);
        return true;
    }
    if (!command.frame.send().after().empty() && !planted(Bug::after_ignored)) {
        const SentId before{command.uid, cmid_of(command.frame.send().after())};
        const auto stored = is_known(before, work.after_absent);
        if (!stored) {
            load(LoadSent{.uid = before.uid, .cmid = before.cmid});
            return false;
        }
        if (!*stored) {
            refuse(command.reply_to,
                   {.code = Code::predecessor_missing, .where = "after", .retry_after_ms = 50});
            return true;
        }
    }
    // Before the rules count it: its retries must not look like a flood of the same text.
    if (staged_.size() >= settings_.staged_max) {
        refuse(command.reply_to, {.code = Code::overloaded, .where = "gid", .retry_after_ms = 500});
        return true;
    }
    const Step step = pass_stages(work, member, now);
    if (step != Step::passed) return step == Step::refused;
    note_sent(work, member, now);
    stage_send(command, now);
    return true;
}

std::optional<bool> Group::is_known(const SentId& id, bool absent_in_store) const {
    if (sent_.find(id) != nullptr) return true;
    if (absent_in_store || sent_.covers(id.cmid)) return false;
    return std::nullopt;
}

void Group::answer_duplicate(const bus::Command& command, const SentAt& at) {
    const pb::Send& send = command.frame.send();
    if (hash_of(send.body()) != at.body_hash) {
        return refuse(command.reply_to, {.code = Code::cmid_reused, .where = "cmid"});
    }
    const bool waits =
        !at.durable && answer_with(command.reply_to, [&](const Operation& operation) {
            return operation.entry && operation.entry->seq == at.seq;
        });
    if (waits) return;
    pb::ServerFrame frame;
    pb::Sent& sent = *frame.mutable_sent();
    sent.set_gid(gid_.value);
    sent.set_epoch(epoch().value);
    sent.set_cmid(send.cmid());
    sent.set_seq(at.seq.value);
    if (const LogEntry* entry = ring_.find(at.seq)) {
        sent.set_time_ms(to_ms(entry->time));
        sent.set_digest(std::string{entry->digest.view()});
    }
    answer(command.reply_to, std::move(frame));
}

void Group::stage_send(const bus::Command& command, Time now) {
    const pb::Send& send = command.frame.send();
    const Digest body_hash = hash_of(send.body());
    const Time time = may_follow(tip_.time, now) ? now : tip_.time;

    pb::Entry entry;
    entry.set_seq(tip_.seq.value + 1);
    entry.set_sender(command.uid.value);
    entry.set_cmid(send.cmid());
    entry.set_kind(pb::ENTRY_KIND_POST);
    entry.set_time_ms(to_ms(time));
    entry.set_ordinal(tip_.ordinal + 1);
    entry.set_body(send.body());

    Operation operation{.command = command, .entry = log_entry(entry, tip_.digest)};
    const LogEntry& staged = *operation.entry;
    operation.sent = store::SentRow{
        .cmid = staged.cmid, .uid = command.uid, .seq = staged.seq, .body_hash = body_hash};
    operation.after = tip_;
    operation.after.seq = staged.seq;
    operation.after.digest = staged.digest;
    operation.after.ordinal = staged.ordinal;
    operation.after.time = time;
    pb::Sent& sent = *operation.answer.mutable_sent();
    sent.set_gid(gid_.value);
    sent.set_epoch(epoch().value);
    sent.set_cmid(send.cmid());
    sent.set_seq(staged.seq.value);
    sent.set_time_ms(to_ms(time));
    sent.set_digest(std::string{staged.digest.view()});

    sent_.add({command.uid, staged.cmid}, {.seq = staged.seq, .body_hash = body_hash});
    if (const auto sender = members_.find(command.uid); sender != members_.end()) {
        ++sender->second.sends;
    }
    bring_in_counterpart(operation, now);
    stage_rows(std::move(operation));
}

void Group::stage(Operation operation) {
    if (planted(Bug::ack_before_commit))
        effects_.answer(operation.command.reply_to, operation.answer);
    if (planted(Bug::push_before_commit) && operation.entry) {
        std::vector<LogEntry> run{*operation.entry};
        publish_run(run, tip_.digest);
    }
    tip_ = operation.after;
    staged_.push_back(std::move(operation));
}

// ---- Reading

bool Group::admit_read(const bus::Command& command, CachedMember& member) {
    const pb::Read& read = command.frame.read();
    if (member.row.role == Role::none) {
        refuse(command.reply_to, kNoGroup);
    } else if (Epoch{read.epoch()} != epoch()) {
        refuse(command.reply_to,
               {.code = Code::epoch_changed, .where = "epoch", .limit = epoch().value});
    } else {
        const Seq before = member.row.read;
        if (member.row.version == 0) write_first_row(command, member);
        move_read(member, {read.seq()});
        if (member.row.read > before) {
            effects_.nudge(bus::ReadMoved{
                .uid = command.uid, .gid = gid_, .epoch = epoch(), .read = member.row.read});
        }
        answer(command.reply_to, done());
    }
    return true;
}

// In the group of announcements nobody has a row before there is something to keep in it.
void Group::write_first_row(const bus::Command& command, const CachedMember& member) {
    store::MemberRow row = member.row;
    row.version = 1;
    row.read = std::clamp(Seq{command.frame.read().seq()}, row.read, head_.seq);
    Operation operation = step(command);
    operation.command.reply_to = {};
    operation.members.push_back(std::move(row));
    stage_rows(std::move(operation));
}

void Group::move_read(CachedMember& member, Seq seq) {
    seq = std::min(seq, head_.seq);
    if (seq <= member.row.read && !planted(Bug::cursor_without_max)) return;
    store::MemberRow row = member.row;
    row.read = seq;
    set_row(member, std::move(row));
    effects_.advance_read({.gid = gid_, .uid = member.row.uid, .read = seq});
}

}  // namespace stentor::group
