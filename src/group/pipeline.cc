#include "group/pipeline.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "base/planted_bugs.h"
#include "group/answers.h"
#include "group/clearing.h"
#include "group/closing.h"
#include "group/duties.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/open.h"
#include "group/publish.h"
#include "group/reading.h"
#include "group/retention.h"
#include "group/state.h"
#include "group/tallies_publish.h"

namespace stentor::group {
namespace {

void settle_changes(GroupState& group, const Operation& operation) {
    const std::uint64_t commit = group.changes.look_ups.commits();
    if (operation.changed) group.changes.entries.set_durable(operation.changed->seq, commit);
    if (operation.tally) {
        group.changes.tallies.set_durable(operation.tally->seq, commit);
        group.sums.tallies.set(*operation.tally);
        group.sums.moved = true;
        // What was taken away is gone for everybody before whoever took it is answered.
        if (operation.takes_reactions()) {
            publish_beside(group, bus::TalliesChanged{
                                      .tallies = {group.sums.tallies.take(
                                          operation.tally->seq, group.sums.readers.counts())}});
        }
    }
    for (const store::ReactionRow& row : operation.reactions) {
        group.changes.reactions.set_durable({.uid = row.uid, .seq = row.seq, .emoji = row.emoji},
                                            commit);
        if (row.uid != operation.command.uid) continue;
        pb::React react;
        react.set_gid(group.gid.value);
        react.set_epoch(group.head.epoch.value);
        react.set_seq(row.seq.value);
        react.set_emoji(row.emoji);
        react.set_remove(!row.on);
        group.port.nudge(bus::ReactionMoved{.uid = row.uid, .reacted = std::move(react)});
    }
}

void finish(GroupState& group, Operation& operation) {
    if (operation.entry) {
        group.sent.set_durable({operation.entry->sender, operation.entry->cmid});
        group.ring.append(*operation.entry);
        if (const auto member = group.members.find(operation.entry->sender);
            member != group.members.end()) {
            if (member->second.sends > 0) --member->second.sends;
            const Seq seen{operation.command.frame.send().seen()};
            move_read(group, member->second,
                      planted(Bug::own_send_reads) ? operation.entry->seq : seen);
        }
    }
    for (const store::MemberRow& row : operation.members) {
        const auto member = group.members.find(row.uid);
        if (member != group.members.end() && !operation.sweeps) --member->second.pending;
    }
    for (const store::InviteRow& row : operation.invites) group.invites.set_durable(row.code);
    settle_changes(group, operation);
    if (operation.ends_page) sweep_step_done(group);
    if (operation.part && operation.swept_after)
        add_sweep(group, std::move(*operation.swept_after));
    if (planted(Bug::ack_before_commit) || operation.is_own()) return;
    if (operation.swept_after) {
        std::vector<bus::Command>& waiting = operation.swept_after->waiting;
        for (const bus::ReplyTo& again : operation.also) {
            waiting.push_back(operation.command);
            waiting.back().reply_to = again;
        }
        waiting.push_back(std::move(operation.command));
        return add_sweep(group, std::move(*operation.swept_after));
    }
    for (const bus::ReplyTo& again : operation.also) answer(group, again, operation.answer);
    answer(group, operation.command.reply_to, std::move(operation.answer));
}

std::size_t bytes_of(const Operation& operation) {
    std::size_t bytes = 0;
    if (operation.entry) bytes += operation.entry->bytes->size();
    if (operation.changed) bytes += operation.changed->bytes->size();
    for (const store::UserEvent& event : operation.events) bytes += event.entry.size();
    if (operation.moderation) bytes += operation.moderation->reason.size();
    return bytes;
}

// How many of what is staged go into one commit: the first in any case.
std::size_t next_commit_size(const std::deque<Operation>& staged) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    for (; count < std::min(staged.size(), limits::kCommitEntries); ++count) {
        bytes += bytes_of(staged[count]);
        if (count > 0 && bytes > limits::kCommitBytes) break;
    }
    return count;
}

// Everything that was ordered, to be ordered again.
std::deque<Work> take_operations(GroupState& group) {
    Pipeline& pipeline = group.pipeline;
    const account::SharedGate* gate = group.server_settings.gate;
    std::deque<Work> works;
    for (std::deque<Operation>* operations : {&pipeline.in_flight, &pipeline.staged}) {
        for (Operation& operation : *operations) {
            if (operation.is_own()) continue;
            std::vector<Work> retries;
            // Whoever tried again under another token is not refused for the former one.
            const bool ended = gate != nullptr && gate->objection_to(operation.command);
            for (const bus::ReplyTo& again : operation.also) {
                if (ended) {
                    refuse(group, again, kOutcomeUnknown);
                    continue;
                }
                retries.push_back(
                    {.command = operation.command, .rated = true, .ruled = true, .judged = true});
                retries.back().command.reply_to = again;
            }
            works.push_back({.command = std::move(operation.command),
                             .rated = true,
                             .ruled = true,
                             .judged = true,
                             .maybe_kept = operations == &pipeline.in_flight});
            std::ranges::move(retries, std::back_inserter(works));
        }
        operations->clear();
    }
    return works;
}

}  // namespace

bool Pipeline::holds(UserId uid) const {
    const auto theirs = [uid](const Operation& operation) { return operation.command.uid == uid; };
    return std::ranges::any_of(staged, theirs) || std::ranges::any_of(in_flight, theirs);
}

Operation operation_for(const GroupState& group, const bus::Command& command) {
    return {.command = command, .after = group.pipeline.tip};
}

void stage(GroupState& group, Operation operation) {
    if (planted(Bug::ack_before_commit))
        group.port.answer(operation.command.reply_to, operation.answer);
    if (planted(Bug::push_before_commit) && operation.entry) {
        std::vector<LogEntry> run{*operation.entry};
        tell_run(group, run, group.pipeline.tip.digest);
        publish_news(group, group.told + 1);
    }
    group.pipeline.tip = operation.after;
    group.pipeline.staged.push_back(std::move(operation));
}

void stage_rows(GroupState& group, Operation operation) {
    for (const store::MemberRow& row : operation.members) {
        CachedMember& member = group.members[row.uid];
        set_row(group, member, row);
        ++member.pending;
    }
    for (const store::InviteRow& row : operation.invites) group.invites.stage(row);
    if (operation.settings) group.pipeline.settings = *operation.settings;
    stage(group, std::move(operation));
}

bool answer_with(GroupState& group, const bus::ReplyTo& to,
                 const std::function<bool(const Operation&)>& same) {
    for (std::deque<Operation>* operations : {&group.pipeline.staged, &group.pipeline.in_flight}) {
        const auto found = std::find_if(operations->rbegin(), operations->rend(), same);
        if (found == operations->rend()) continue;
        found->also.push_back(to);
        return true;
    }
    return false;
}

void commit_staged(GroupState& group) {
    Pipeline& pipeline = group.pipeline;
    if (!pipeline.in_flight.empty() || pipeline.staged.empty()) return;
    const std::size_t count = next_commit_size(pipeline.staged);
    pipeline.in_flight.assign(
        std::make_move_iterator(pipeline.staged.begin()),
        std::make_move_iterator(pipeline.staged.begin() + static_cast<std::ptrdiff_t>(count)));
    pipeline.staged.erase(pipeline.staged.begin(),
                          pipeline.staged.begin() + static_cast<std::ptrdiff_t>(count));

    store::Commit commit{.gid = group.gid,
                         .term = group.lease.term,
                         .expected = group.head.version,
                         .head = group.head};
    for (const Operation& operation : pipeline.in_flight) {
        if (operation.created) commit.head = *operation.created;
        if (operation.entry) commit.entries.push_back(*operation.entry);
        if (operation.sent) commit.sent.push_back(*operation.sent);
        if (operation.settings) commit.head.settings = operation.settings->SerializeAsString();
        std::ranges::copy(operation.members, std::back_inserter(commit.members));
        if (operation.changed) commit.changed.push_back(*operation.changed);
        std::ranges::copy(operation.invites, std::back_inserter(commit.invites));
        std::ranges::copy(operation.dropped_invites, std::back_inserter(commit.dropped_invites));
        std::ranges::copy(operation.joining, std::back_inserter(commit.joining));
        if (operation.closes) {
            commit.head.settings.clear();
            commit.head.creator = {};
        }
        if (operation.tally) commit.tallies.push_back(*operation.tally);
        std::ranges::copy_if(operation.events, std::back_inserter(commit.user_events),
                             [](const store::UserEvent& event) {
                                 return !event.note || !planted(Bug::notes_without_cursor);
                             });
        std::ranges::copy(operation.reactions, std::back_inserter(commit.reactions));
        if (operation.moderation) commit.moderation.push_back(*operation.moderation);
        if (operation.unnamed) commit.unnamed = operation.unnamed;
        std::ranges::copy(operation.member_events, std::back_inserter(commit.member_events));
    }
    const Tip& after = pipeline.in_flight.back().after;
    commit.head.term = group.lease.term;
    commit.head.version = group.head.version + 1;
    commit.head.seq = after.seq;
    commit.head.digest = after.digest;
    commit.head.ordinal = after.ordinal;
    commit.head.time = after.time;
    commit.head.members = after.members;
    commit.head.floor = after.floor;
    commit.head.floor_digest = after.floor_digest;
    pipeline.in_flight_head = commit.head;
    group.port.commit(std::move(commit));
}

void commit_done(GroupState& group) {
    const Seq former = group.head.seq;
    Digest before = std::exchange(group.head, group.pipeline.in_flight_head).digest;
    std::deque<Operation> done = std::exchange(group.pipeline.in_flight, {});
    group.changes.look_ups.commit_done();
    if (planted(Bug::push_before_commit)) {
        for (Operation& operation : done) finish(group, operation);
        return;
    }
    for (const Operation& operation : done) {
        if (operation.entry) append_to_sums(group, *operation.entry);
    }
    std::vector<LogEntry> run;
    bool changed = false;  // What badges show.
    const std::string former_name = group.durable_settings.name();
    for (Operation& operation : done) {
        if (operation.entry) run.push_back(*operation.entry);
        if (operation.changes_more() && !run.empty())
            tell_run(group, run, std::exchange(before, run.back().digest));
        finish(group, operation);
        if (operation.raises_floor) on_floor_raised(group, operation);
        group.duties.moved |= operation.moves_duties;
        if (operation.changed) {
            // However old, what is recalled is unread no more.
            changed |=
                operation.changed->recalled || group.ring.find(operation.changed->seq) != nullptr;
            group.ring.replace(*operation.changed);
            tell_change(group, *operation.changed);
        }
        for (const store::UserEvent& event : operation.events) {
            group.port.nudge(bus::UserLogMoved{event.uid});
        }
        for (const store::MemberRow& row : operation.members) {
            tell_member(group, row, operation.ousted, operation.command.uid,
                        operation.after.members);
        }
        if (operation.settings) {
            group.durable_settings = *operation.settings;
            tell_settings(group);
        }
    }
    if (!run.empty()) tell_run(group, run, before);
    publish_news(group, group.head.version);
    group.sums.tallies.forget_below(group.ring.first().value_or(Seq{}));
    group.changes.forget();
    if (group.head.seq > former) nudge_head(group);
    if (changed) nudge_moved(group, {});
    if (group.durable_settings.name() != former_name)
        nudge_moved(group, group.durable_settings.name());
    for (Opening& opening : std::exchange(group.openings.staged, {}))
        open_step(group, std::move(opening));
    if (store::is_closed(group.head)) on_closed(group);
}

void lose_in_flight(GroupState& group) {
    for (const Operation& operation : std::exchange(group.pipeline.in_flight, {})) {
        if (operation.is_own()) continue;
        for (const bus::ReplyTo& again : operation.also) refuse(group, again, kOutcomeUnknown);
        refuse(group, operation.command.reply_to, kOutcomeUnknown);
    }
}

std::vector<bus::Command> take_commands(GroupState& group) {
    std::vector<bus::Command> commands = group.sweeps.take_waiting();
    if (planted(Bug::handover_drops_staged)) group.pipeline.staged.clear();
    wait_again(group, take_operations(group));
    for (Work& work : std::exchange(group.loads.waiting, {})) {
        if (work.maybe_kept) {
            refuse(group, work.command.reply_to, kOutcomeUnknown);
        } else {
            commands.push_back(std::move(work.command));
        }
    }
    return commands;
}

void drop_memory(GroupState& group) {
    keep_duties(group);
    wait_again(group, take_operations(group));
    open_again(group);
    group.members.drop(group.head.seq);
    group.changes = {};
    group.sums.tallies = {};
    group.sums.recount = group.sums.readers.state() != Readers::State::unasked;
    group.sums.readers.clear();
    group.sums.readers_loading = false;
    group.invites.clear();
    group.retention.loading = false;
    group.closing.loading = false;
    group.sweeps.restart();
    load(group, LoadGroup{});
}

}  // namespace stentor::group
