#include "store/verdict.h"

#include <algorithm>

#include "base/leapt_clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/planted_bugs.h"
#include "wire/pb.h"

namespace stentor::store {
namespace {

bool is_note(const UserEvent& event) {
    pb::UserLogEntry entry;
    return entry.ParseFromString(event.entry) && entry.has_note();
}

// In the rows that stand beside the log.
std::string_view flaw_beside(const Commit& commit) {
    const HeadRow& after = commit.head;
    const auto there = [&](Seq seq) { return seq > Seq{} && seq <= after.seq; };
    if (after.forks.size() > limits::kForks) return "forks";
    for (const UserEvent& event : commit.user_events) {
        if (!std::ranges::all_of(event.hidden, there)) return "user_events.hidden";
        if (event.anchor > after.seq) return "user_events.anchor";
        if (event.note && !is_note(event)) return "user_events.entry";
    }
    for (const InviteRow& row : commit.invites) {
        if (row.code.empty() || row.code.size() > limits::kInviteBytes) return "invites.code";
    }
    for (const ReactionRow& row : commit.reactions) {
        if (!there(row.seq)) return "reactions.seq";
        if (row.emoji.empty() || row.emoji.size() > limits::kEmojiBytes) return "reactions.emoji";
    }
    for (const TallyRow& row : commit.tallies) {
        if (!there(row.seq)) return "tallies.seq";
        if (row.counts.size() > limits::kReactionKinds) return "tallies.counts";
        for (const auto& [emoji, count] : row.counts) {
            if (emoji.empty() || emoji.size() > limits::kEmojiBytes || count == 0) {
                return "tallies.counts";
            }
        }
    }
    if (commit.moderation.size() > limits::kCommitEntries) return "moderation";
    for (const ModerationRow& row : commit.moderation) {
        if (row.seq > after.seq) return "moderation.seq";
        if (row.reason.size() > limits::kReasonBytes) return "moderation.reason";
        if (row.kind < ModerationKind::report || row.kind > kLastModerationKind) {
            return "moderation.kind";
        }
    }
    return {};
}

// The first thing that is wrong with `commit` as the successor of `before`; empty when it is right.
std::string_view flaw(const HeadRow& before, const Commit& commit) {
    const HeadRow& after = commit.head;
    if (after.version != commit.expected + 1) return "version";
    if (after.term != commit.term) return "term";
    if (after.epoch < before.epoch) return "epoch";
    if (after.floor < before.floor || after.floor > after.seq) return "floor";

    Seq last = before.seq;
    Time time = before.time;
    for (const LogEntry& entry : commit.entries) {
        if (entry.seq != last + 1) return "entries.seq";
        if (!may_follow(time, entry.time)) return "entries.time";
        if (entry.bytes == nullptr) return "entries.bytes";
        last = entry.seq;
        time = entry.time;
    }
    if (after.seq != last) return "seq";
    if (!commit.entries.empty() && after.digest != commit.entries.back().digest) return "digest";
    for (const LogEntry& entry : commit.changed) {
        if (entry.seq > before.seq || entry.seq <= before.floor) return "changed.seq";
        if (entry.bytes == nullptr) return "changed.bytes";
    }
    return flaw_beside(commit);
}

}  // namespace

Outcome verdict(const HeadRow* before, const Commit& commit, Epoch epoch) {
    const bool superseded = before != nullptr && before->term > commit.term;
    if (superseded && !planted(Bug::no_fence)) return Outcome::fenced;
    if (planted(Bug::number_outside_commit)) return Outcome::done;
    if ((before != nullptr ? before->version : 0) != commit.expected) return Outcome::conflict;
    if (commit.head.epoch < epoch) return Outcome::conflict;

    // A log that comes from elsewhere may begin above 1: at its own floor.
    const HeadRow none{.seq = commit.head.floor};
    const std::string_view wrong = flaw(before != nullptr ? *before : none, commit);
    if (wrong.empty()) return Outcome::done;
    log::error("a commit does not continue its group's log",
               {{"gid", commit.gid.value}, {"version", commit.expected}, {"field", wrong}});
    return Outcome::conflict;
}

HeadRow in_epoch(HeadRow head, Epoch epoch) {
    if (head.epoch >= epoch) return head;
    head.forks.push_back({.epoch = head.epoch, .seq = head.seq});
    if (head.forks.size() > limits::kForks) {
        // Readers of what is forgotten go by the oldest that is kept.
        head.forks[1].seq = std::min(head.forks[1].seq, head.forks[0].seq);
        head.forks.erase(head.forks.begin());
    }
    head.epoch = epoch;
    return head;
}

Result<bool> take(HeadRow& head, Term term, Epoch epoch) {
    if (head.term > term) return std::unexpected(Error{Code::owner_moved, "term"});
    if (head.term == term && head.epoch >= epoch) return false;
    head.term = term;
    head = in_epoch(std::move(head), epoch);
    return true;
}

bool may_advance(const HeadRow& head, Epoch epoch, const ReadPosition& position) {
    if (planted(Bug::positions_of_former_epoch)) return true;
    return position.term >= head.term && position.epoch >= std::max(head.epoch, epoch);
}

std::optional<FeedRow> feed_row(std::uint64_t number, Seq former, const Commit& commit) {
    if (commit.entries.empty() && commit.changed.empty() && commit.member_events.empty()) {
        return std::nullopt;
    }
    FeedRow row{.number = number,
                .gid = commit.gid,
                .first = former + 1,
                .last = commit.head.seq,
                .members = commit.member_events};
    row.changed.reserve(commit.changed.size());
    for (const LogEntry& entry : commit.changed) row.changed.push_back(entry.seq);
    return row;
}

AccountState state_of(const UserRow& user) {
    return {.uid = user.uid,
            .closed = user.disabled || user.erased,
            .tokens_since = user.tokens_since,
            .ended_tokens = user.ended_tokens,
            .rate = user.rate};
}

Result<UserRow> changed(const UserRow& kept, const Accounts::Edit& edit) {
    Result<UserRow> row = edit(kept);
    if (!row) return row;
    row->uid = kept.uid;
    row->created = kept.created;
    if (kept.erased && !row->erased) {
        row->erased = true;
        row->name = kept.name;
        row->name_key = kept.name_key;
    }
    return row;
}

std::optional<Error> refuse_setting(std::string_view name, std::optional<std::string_view> value) {
    if (name.empty()) return Error{Code::bad_field, "name"};
    if (value && value->size() > limits::kSettingBytes) {
        return Error{Code::bad_field, "value", limits::kSettingBytes};
    }
    return std::nullopt;
}

}  // namespace stentor::store
