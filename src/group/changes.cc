#include "group/changes.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "group/answers.h"
#include "group/clearing.h"
#include "group/direct.h"
#include "group/loads.h"
#include "group/moderation_log.h"
#include "group/pinning.h"
#include "group/pipeline.h"
#include "group/send_rules.h"
#include "group/state.h"

namespace stentor::group {
namespace {

using store::Role;

// What takes something away from all.
bool takes_away(const pb::ClientFrame& frame) {
    return frame.has_recall() || frame.has_recall_member() || frame.has_clear_reactions();
}

std::uint64_t ms(Millis time) { return static_cast<std::uint64_t>(time.count()); }

// The next revision of `entry` with another body. Its number, its time and the hash of its first
// body stay, so no digest changes.
LogEntry revised(const LogEntry& entry, const std::optional<std::string>& body, UserId by,
                 Time now) {
    pb::Entry changed;
    changed.ParseFromString(*entry.bytes);
    if (changed.revision() == 0) {
        changed.set_body_hash(std::string{hash_of(changed.body()).view()});
    }
    changed.set_revision(entry.revision + 1);
    changed.set_body(body.value_or(std::string{}));
    changed.set_recalled(!body);
    changed.set_changed_by(by.value);
    changed.set_changed_ms(to_ms(now));

    LogEntry next = entry;
    next.revision = changed.revision();
    next.recalled = changed.recalled();
    next.bytes = share(changed.SerializeAsString());
    return next;
}

// An edit whose answer was lost is made again, and finds its own work.
bool is_result_of(const bus::Command& command, const LogEntry& entry) {
    const pb::Edit& edit = command.frame.edit();
    if (entry.sender != command.uid || entry.recalled || entry.revision != edit.revision() + 1) {
        return false;
    }
    pb::Entry now;
    return now.ParseFromString(*entry.bytes) && now.body() == edit.body();
}

std::optional<Error> objection_to_recall(const GroupState& group, const bus::Command& command,
                                         const CachedMember& member, const LogEntry& entry,
                                         Time now) {
    const bool moderates = command.operator_rights || member.row.role >= Role::admin;
    if (moderates) return std::nullopt;
    if (entry.sender != command.uid || !entry.countable) {
        return Error{.code = Code::not_permitted, .where = "seq"};
    }
    if (!entry.recalled && entry.time + group.server_settings.recall_window < now) {
        return Error{.code = Code::window_closed,
                     .where = "seq",
                     .limit = ms(group.server_settings.recall_window),
                     .rule = "recall_window"};
    }
    return std::nullopt;
}

std::optional<Error> objection_to_edit(const GroupState& group, const bus::Command& command,
                                       const LogEntry& entry, Time now) {
    if (entry.sender != command.uid || !entry.countable) {
        return Error{.code = Code::not_permitted, .where = "seq"};
    }
    if (entry.recalled) return Error{.code = Code::window_closed, .where = "seq"};
    if (entry.time + group.server_settings.edit_window < now) {
        return Error{.code = Code::window_closed,
                     .where = "seq",
                     .limit = ms(group.server_settings.edit_window),
                     .rule = "edit_window"};
    }
    if (entry.revision != command.frame.edit().revision()) {
        return Error{.code = Code::revision_changed, .where = "revision", .limit = entry.revision};
    }
    return std::nullopt;
}

bool may_have_reactions(const GroupState& group, Seq seq) {
    if (const auto* newest = group.changes.tallies.find(seq)) return !newest->counts.empty();
    return group.ring.find(seq) == nullptr || group.sums.tallies.has_any(seq);
}

void answer_repeat(GroupState& group, const Work& work, const LogEntry& entry) {
    const bus::ReplyTo& to = work.command.reply_to;
    const bool waits = answer_with(group, to, [&](const Operation& other) {
        return other.changed && other.changed->seq == entry.seq;
    });
    if (waits) return;
    answer(group, to, done());
}

}  // namespace

std::optional<Error> objection_to_change(GroupState& group, Work& work, CachedMember& member,
                                         Epoch named, Time now) {
    const bus::Command& command = work.command;
    // Before the rate, which would tell a stranger that there is such a group.
    if (member.row.role == Role::none && !(command.operator_rights && takes_away(command.frame))) {
        return kNoGroup;
    }
    if (!work.rated && !command.limits_lifted && !command.operator_rights) {
        const auto bucket =
            bucket_of(member, command.frame, group.server_settings.rate_of(command.uid));
        if (command.frame.has_edit()) {
            if (const auto error = rate_objection(group, member, now)) return error;
        } else if (const auto wait =
                       bucket ? bucket->rate.take(bucket->limit, now) : std::nullopt) {
            return Error{.code = Code::rate_limited,
                         .where = "gid",
                         .retry_after_ms = wait_ms(*wait),
                         .rule = "changes"};
        }
    }
    work.rated = true;
    // The operator acts on what is there now, whatever its history.
    if (named != epoch(group) && !(command.operator_rights && named == Epoch{})) {
        return Error{.code = Code::epoch_changed, .where = "epoch", .limit = epoch(group).value};
    }
    if (group.pipeline.staged.size() >= group.server_settings.staged_max) {
        return Error{.code = Code::overloaded, .where = "gid", .retry_after_ms = 500};
    }
    return std::nullopt;
}

bool may_see(const GroupState& group, const bus::Command& command, const CachedMember& member,
             Seq seq) {
    const Seq own_floor = command.operator_rights ? Seq{} : member.row.floor;
    return seq > std::max(own_floor, group.pipeline.tip.floor) && seq <= group.head.seq;
}

const LogEntry* newest_state(const GroupState& group, Seq seq) {
    const LogEntry* changed = group.changes.entries.find(seq);
    return changed != nullptr ? changed : group.ring.find(seq);
}

std::optional<const LogEntry*> entry_for(GroupState& group, Work& work, const CachedMember& member,
                                         Seq seq) {
    if (!may_see(group, work.command, member, seq)) return nullptr;
    // It is kept while the command waits for more, which takes the place of what was found.
    if (const auto* found = found_as<std::optional<LogEntry>>(work.found)) {
        work.entry = *found;
        work.found.reset();
    }
    if (const LogEntry* entry = newest_state(group, seq)) {
        if (!group.ring.find(seq)) work.entry = *entry;
        return entry;
    }
    if (!work.entry) {
        load_for(group, work.command.uid, EntryAt{seq});
        return std::nullopt;
    }
    return *work.entry ? &**work.entry : nullptr;
}

LogEntry recalled(const LogEntry& entry, UserId by, Time now) {
    return revised(entry, std::nullopt, by, now);
}

void stage_entry(GroupState& group, Operation operation, LogEntry entry) {
    group.changes.entries.stage(entry.seq, entry);
    if (entry.recalled) {
        // What was said of it goes with it: the sums at once, the members' own rows behind that.
        if (may_have_reactions(group, entry.seq)) operation.swept_after = Sweep{.seq = entry.seq};
        operation.tally = store::TallyRow{.seq = entry.seq};
        group.changes.tallies.stage(entry.seq, *operation.tally);
        unpin(group, operation, entry.seq, entry.seq);
    }
    operation.changed = std::move(entry);
    stage(group, std::move(operation));
}

bool admit_recall(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::Recall& recall = command.frame.recall();
    auto error = objection_to_change(group, work, member, Epoch{recall.epoch()}, now);
    if (!error) {
        const auto sought = entry_for(group, work, member, Seq{recall.seq()});
        if (!sought) return false;
        const LogEntry* entry = *sought;
        error =
            entry == nullptr ? kNoEntry : objection_to_recall(group, command, member, *entry, now);
        if (!error && entry->recalled) {
            // It may have been cut off before all that stood beside the entry was gone.
            const bool waits = answer_with(group, command.reply_to, [&](const Operation& other) {
                return other.changed && other.changed->seq == entry->seq;
            });
            if (!waits) add_sweep(group, {.seq = entry->seq, .waiting = {command}});
        } else if (!error) {
            Operation operation = operation_for(group, command);
            operation.answer = done();
            const bool moderates = entry->sender != command.uid && !command.operator_rights;
            if (moderates)
                note_act(group, operation, {.uid = entry->sender, .seq = entry->seq}, now);
            stage_entry(group, std::move(operation), recalled(*entry, command.uid, now));
        }
    }
    if (error) refuse(group, command.reply_to, *error);
    return true;
}

bool admit_edit(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::Edit& edit = command.frame.edit();
    if (!knows_counterpart(group, work)) return false;
    auto error = objection_to_change(group, work, member, Epoch{edit.epoch()}, now);
    if (!error && member.row.muted_until > now) {
        error = muted_for(member.row.muted_until - now);
    }
    const LogEntry* entry = nullptr;
    if (!error) {
        const auto sought = entry_for(group, work, member, Seq{edit.seq()});
        if (!sought) return false;
        entry = *sought;
        if (entry != nullptr && is_result_of(command, *entry)) {
            answer_repeat(group, work, *entry);
            return true;
        }
        error = entry == nullptr ? kNoEntry : objection_to_edit(group, command, *entry, now);
    }
    if (error) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    // What may not be sent may not be written into what was sent, either, nor sooner.
    const Step step = pass_rules(group, work, member, now);
    if (step != Step::passed) return step == Step::refused;
    note_sent(group, work, member, now);
    Operation operation = operation_for(group, command);
    operation.answer = done();
    stage_entry(group, std::move(operation), revised(*entry, edit.body(), command.uid, now));
    return true;
}

bool admit_hide(GroupState& group, Work& work, CachedMember& member, Time now) {
    const bus::Command& command = work.command;
    const pb::Hide& hide = command.frame.hide();
    auto error = objection_to_change(group, work, member, Epoch{hide.epoch()}, now);
    const auto count = static_cast<std::size_t>(hide.seqs_size());
    if (!error && (count == 0 || count > limits::kHidesPerCommand)) {
        error =
            Error{.code = Code::bad_field, .where = "hide.seqs", .limit = limits::kHidesPerCommand};
    }
    std::vector<Seq> seqs;
    for (const std::uint64_t seq : hide.seqs()) {
        if (!error && !may_see(group, command, member, Seq{seq})) error = kNoEntry;
        seqs.push_back(Seq{seq});
    }
    if (error) {
        refuse(group, command.reply_to, *error);
        return true;
    }
    pb::UserLogEntry event;
    event.set_time_ms(to_ms(now));
    event.set_gid(group.gid.value);
    event.set_epoch(epoch(group).value);
    *event.mutable_hidden() = hide;
    Operation operation{.command = command, .after = group.pipeline.tip, .answer = done()};
    operation.events.push_back(
        {.uid = command.uid, .entry = event.SerializeAsString(), .hidden = std::move(seqs)});
    mark_overlay(operation, member);
    stage(group, std::move(operation));
    return true;
}

// From now on pages that they read must be looked through for what is theirs alone.
void mark_overlay(Operation& operation, CachedMember& member) {
    if (member.row.overlay) return;
    member.row.overlay = true;
    ++member.row.version;
    ++member.pending;
    operation.members.push_back(member.row);
}

}  // namespace stentor::group
