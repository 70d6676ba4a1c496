// The stages that a command passes before it is ordered; each may refuse it.

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/planted_bugs.h"
#include "group/answers.h"
#include "group/group.h"

namespace stentor::group {
namespace {

using store::MemberRow;
using store::Role;

Cmid cmid_of(const std::string& raw) { return Cmid::from(raw).value_or(Cmid{}); }

}  // namespace

bool Group::admit(Work& work, Time now) {
    const bus::Post& post = work.post;
    if (post.command.has_create_group()) {
        admit_create(post, now);
        return true;
    }
    if (state_ == State::absent) {
        refuse(post.reply_to, kNoGroup);
        return true;
    }
    const auto found = members_.find(post.uid);
    if (found == members_.end()) {
        // An opening of the same user may have asked for the row already.
        if (!openings_parked_.contains(post.uid)) load(LoadMember{post.uid});
        return false;
    }
    CachedMember& member = found->second;
    member.used = now;
    switch (post.command.command_case()) {
        case pb::ClientFrame::kSend: return admit_send(work, member, now);
        case pb::ClientFrame::kRead: return admit_read(post, member);
        case pb::ClientFrame::kRecall: return admit_recall(work, member, now);
        case pb::ClientFrame::kEdit: return admit_edit(work, member, now);
        case pb::ClientFrame::kHide: return admit_hide(work, member, now);
        case pb::ClientFrame::kReact: return admit_react(work, member, now);
        case pb::ClientFrame::kTyping: admit_typing(post, member, now); return true;
        case pb::ClientFrame::kJoinGroup: return admit_join(post, member, now);
        case pb::ClientFrame::kLeaveGroup: return admit_leave(work, member);
        default:
            refuse(post.reply_to, {.code = Code::unsupported, .where = "command"});
            return true;
    }
}

// ---- Sending

std::optional<Error> Group::objection(Work& work, CachedMember& member, Time now) {
    const pb::Send& send = work.post.command.send();
    if (!work.rated && !work.post.limits_lifted && !work.post.operator_rights) {
        if (const auto error = rate_objection(member, now)) return error;
    }
    work.rated = true;
    if (member.row.role == Role::none) return kNoGroup;
    if (member.row.muted_until > now) {
        return muted_for(member.row.muted_until - now);
    }
    if (send.epoch() != 0 && Epoch{send.epoch()} != epoch()) {
        return Error{.code = Code::epoch_changed, .where = "epoch", .limit = epoch().value};
    }
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

bool Group::admit_send(Work& work, CachedMember& member, Time now) {
    const bus::Post& post = work.post;
    if (const auto error = objection(work, member, now)) {
        refuse(post.reply_to, *error);
        return true;
    }
    const SentId id{post.uid, cmid_of(post.command.send().cmid())};
    if (!planted(Bug::no_duplicate_check)) {
        const auto stored = is_known(id, work.cmid_absent);
        if (!stored) {
            load(LoadSent{.uid = id.uid, .cmid = id.cmid});
            return false;
        }
        if (*stored) {
            answer_duplicate(post, *sent_.find(id));
            return true;
        }
    }
    if (!post.command.send().after().empty() && !planted(Bug::after_ignored)) {
        const SentId before{post.uid, cmid_of(post.command.send().after())};
        const auto stored = is_known(before, work.after_absent);
        if (!stored) {
            load(LoadSent{.uid = before.uid, .cmid = before.cmid});
            return false;
        }
        if (!*stored) {
            refuse(post.reply_to,
                   {.code = Code::predecessor_missing, .where = "after", .retry_after_ms = 50});
            return true;
        }
    }
    const Step step = pass_stages(work, member, now);
    if (step != Step::passed) return step == Step::refused;
    note_sent(work, member, now);
    stage_send(post, now);
    return true;
}

std::optional<bool> Group::is_known(const SentId& id, bool absent_in_store) const {
    if (sent_.find(id) != nullptr) return true;
    if (absent_in_store || sent_.covers(id.cmid)) return false;
    return std::nullopt;
}

void Group::answer_duplicate(const bus::Post& post, const SentAt& at) {
    const pb::Send& send = post.command.send();
    if (hash_of(send.body()) != at.body_hash) {
        return refuse(post.reply_to, {.code = Code::cmid_reused, .where = "cmid"});
    }
    const bool waits = !at.durable && answer_with(post.reply_to, [&](const Operation& operation) {
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
    effects_.answer(post.reply_to, std::move(frame));
}

void Group::stage_send(const bus::Post& post, Time now) {
    if (staged_.size() >= settings_.staged_max) {
        return refuse(post.reply_to,
                      {.code = Code::overloaded, .where = "gid", .retry_after_ms = 500});
    }
    const pb::Send& send = post.command.send();
    const Digest body_hash = hash_of(send.body());
    const Time time = std::max(now, tip_.time);

    pb::Entry entry;
    entry.set_seq(tip_.seq.value + 1);
    entry.set_sender(post.uid.value);
    entry.set_cmid(send.cmid());
    entry.set_kind(pb::ENTRY_KIND_POST);
    entry.set_time_ms(to_ms(time));
    entry.set_ordinal(tip_.ordinal + 1);
    entry.set_body(send.body());

    Operation operation{.post = post, .entry = log_entry(entry, tip_.digest)};
    const LogEntry& staged = *operation.entry;
    operation.sent = store::SentRow{
        .cmid = staged.cmid, .uid = post.uid, .seq = staged.seq, .body_hash = body_hash};
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

    sent_.add({post.uid, staged.cmid}, {.seq = staged.seq, .body_hash = body_hash});
    if (const auto sender = members_.find(post.uid); sender != members_.end()) {
        ++sender->second.sends;
    }
    stage(std::move(operation));
}

void Group::stage(Operation operation) {
    if (planted(Bug::ack_before_commit)) effects_.answer(operation.post.reply_to, operation.answer);
    if (planted(Bug::push_before_commit) && operation.entry) {
        std::vector<LogEntry> run{*operation.entry};
        publish_run(run, tip_.digest);
    }
    tip_ = operation.after;
    staged_.push_back(std::move(operation));
}

// ---- Reading

bool Group::admit_read(const bus::Post& post, CachedMember& member) {
    const pb::Read& read = post.command.read();
    if (member.row.role == Role::none) {
        refuse(post.reply_to, kNoGroup);
    } else if (Epoch{read.epoch()} != epoch()) {
        refuse(post.reply_to,
               {.code = Code::epoch_changed, .where = "epoch", .limit = epoch().value});
    } else {
        const Seq before = member.row.read;
        move_read(member, {read.seq()});
        if (member.row.read > before) {
            effects_.nudge(bus::ReadMoved{
                .uid = post.uid, .gid = gid_, .epoch = epoch(), .read = member.row.read});
        }
        effects_.answer(post.reply_to, done());
    }
    return true;
}

void Group::move_read(CachedMember& member, Seq seq) {
    seq = std::min(seq, head_.seq);
    if (seq <= member.row.read && !planted(Bug::cursor_without_max)) return;
    store::MemberRow row = member.row;
    row.read = seq;
    set_row(member, std::move(row));
    effects_.advance_read({.gid = gid_, .uid = member.row.uid, .read = seq});
}

// ---- Membership

pb::ServerFrame Group::group_ready(const MemberRow& row) const {
    pb::ServerFrame frame;
    pb::GroupReady& ready = *frame.mutable_group_ready();
    ready.set_gid(gid_.value);
    ready.set_epoch(epoch().value);
    ready.set_role(static_cast<pb::Role>(row.role));
    ready.set_floor(row.floor.value);
    ready.set_name(group_settings_.name());
    return frame;
}

void Group::admit_create(const bus::Post& post, Time now) {
    if (state_ == State::live) {
        const auto creator = members_.find(post.uid);
        if (head_.creator != post.uid)
            return refuse(post.reply_to, {.code = Code::internal, .where = "gid"});
        // The same command again: its first try got here, and is answered when it is durable.
        if (answer_with(post.reply_to,
                        [](const Operation& operation) { return operation.created.has_value(); })) {
            return;
        }
        const MemberRow row = creator != members_.end()
                                  ? creator->second.row
                                  : MemberRow{.uid = post.uid, .role = Role::owner};
        return effects_.answer(post.reply_to, group_ready(row));
    }
    state_ = State::live;
    group_settings_ = post.command.create_group().settings();
    head_ = {.epoch = tenure_.epoch,
             .term = tenure_.term,
             .digest = genesis(gid_),
             .time = now,
             .floor_digest = genesis(gid_),
             .creator = post.uid,
             .settings = group_settings_.SerializeAsString()};
    tip_ = {.digest = head_.digest, .time = now, .floor_digest = head_.digest};
    ring_ = Ring{{}, head_.digest};
    sent_ = SentIndex{Time{}};  // Nothing was ever sent here, so everything is known.

    const MemberRow row{.uid = post.uid, .role = Role::owner, .version = 1, .joined = now};
    members_[post.uid] = {.row = row, .used = now};
    Tip after = tip_;
    after.members = 1;
    stage_member(post, row, after, group_ready(row));
    staged_.back().created = head_;
}

bool Group::admit_join(const bus::Post& post, CachedMember& member, Time now) {
    if (member.row.banned) {
        refuse(post.reply_to, {.code = Code::banned, .where = "gid"});
        return true;
    }
    if (group_settings_.join_policy() != pb::JOIN_POLICY_OPEN) {
        refuse(post.reply_to, kNoGroup);
        return true;
    }
    if (member.row.role != Role::none && member.pending == 0) {
        effects_.answer(post.reply_to, group_ready(member.row));
        return true;
    }
    // One that is not durable yet is staged once more, unchanged: its answer must not come earlier.
    MemberRow row = member.row;
    if (row.role == Role::none) {
        row.role = Role::member;
        row.floor = group_settings_.history_for_joiners() ? head_.floor : tip_.seq;
        row.read = std::max(row.read, row.floor);
        row.left = {};
        row.joined = now;
        ++row.version;
    }
    Tip after = tip_;
    if (member.row.role == Role::none) ++after.members;
    stage_member(post, row, after, group_ready(row));
    return true;
}

bool Group::admit_leave(const Work& work, CachedMember& member) {
    const bus::Post& post = work.post;
    if (member.row.role == Role::none && member.pending == 0) {
        // Its commit had an unknown outcome: nodes still show him what others write.
        if (work.untold) publish_member(member.row, post.uid, tip_.members);
        effects_.answer(post.reply_to, done());
        return true;
    }
    if (member.row.role == Role::owner && tip_.members > 1) {
        refuse(post.reply_to, {.code = Code::not_permitted, .where = "role"});
        return true;
    }
    MemberRow row = member.row;
    Tip after = tip_;
    if (row.role != Role::none) {
        row.role = Role::none;
        row.left = tip_.seq;
        ++row.version;
        --after.members;
    }
    stage_member(post, row, after, done());
    return true;
}

void Group::stage_member(const bus::Post& post, MemberRow row, const Tip& after,
                         pb::ServerFrame answer) {
    CachedMember& member = members_[row.uid];
    set_row(member, row);
    ++member.pending;
    stage({.post = post, .after = after, .answer = std::move(answer), .member = std::move(row)});
}

}  // namespace stentor::group
