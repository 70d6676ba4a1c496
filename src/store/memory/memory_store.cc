#include "store/memory/memory_store.h"

#include <algorithm>
#include <utility>

#include "base/feed_number.h"
#include "base/limits.h"
#include "store/changes.h"
#include "store/memory/state.h"
#include "store/moderation.h"
#include "store/user_log.h"
#include "store/verdict.h"
#include "wire/frames.h"

namespace stentor::store {
namespace {

// The least id of a moment: every id made then or later is at or above it.
Cmid first_of(Time time) {
    Cmid cmid;
    const std::uint64_t ms = to_ms(time);
    for (unsigned i = 0; i < 6; ++i)
        cmid.bytes[i] = static_cast<std::uint8_t>(ms >> (40U - 8U * i));
    return cmid;
}

void drop_up_to(Seq floor, Group& group) {
    const auto trimmed = static_cast<std::ptrdiff_t>(floor - group.head.floor);
    group.entries.erase(group.entries.begin(), group.entries.begin() + trimmed);
    std::erase_if(group.reactions, [&](const auto& row) { return std::get<Seq>(row) <= floor; });
    std::erase_if(group.tallies, [&](const auto& row) { return row.first <= floor; });
    std::erase_if(group.hidden, [&](const auto& row) { return row.second <= floor; });
    std::erase_if(group.notes, [&](const auto& row) { return std::get<Seq>(row.first) < floor; });
}

void apply_log(Group& group, const Commit& commit) {
    for (const LogEntry& entry : commit.changed) {
        group.entries[entry.seq - group.head.floor - 1] = entry;
    }
    group.entries.insert(group.entries.end(), commit.entries.begin(), commit.entries.end());
    if (commit.head.floor > group.head.floor) drop_up_to(commit.head.floor, group);
    group.head = commit.head;
    for (const SentRow& row : commit.sent) group.sent[{row.cmid, row.uid}] = row;
}

void apply_rows(Group& group, const Commit& commit) {
    if (is_closed(commit.head)) {
        for (const MemberRow& row : commit.members) group.members.erase(row.uid);
        for (const InviteRow& row : commit.invites) group.invites.erase(row.code);
        return;
    }
    for (const std::string& code : commit.dropped_invites) group.invites.erase(code);
    for (const MemberRow& row : commit.members) {
        MemberRow& kept = group.members[row.uid];
        const Seq read = std::max(kept.read, row.read);
        kept = row;
        kept.read = read;
    }
    for (const InviteRow& row : commit.invites) group.invites[row.code] = row;
    for (const ReactionRow& row : commit.reactions) {
        if (row.seq <= commit.head.floor) continue;
        if (row.on) {
            group.reactions.emplace(row.uid, row.seq, row.emoji);
        } else {
            group.reactions.erase({row.uid, row.seq, row.emoji});
        }
    }
    for (const TallyRow& row : commit.tallies) {
        if (row.seq <= commit.head.floor) continue;
        if (row.counts.empty()) {
            group.tallies.erase(row.seq);
        } else {
            group.tallies[row.seq] = row;
        }
    }
}

void apply_moderation(Group& group, const Commit& commit) {
    std::vector<ModerationRow> kept;
    for (const auto& [number, row] : group.moderation) kept.push_back(row);
    const ModerationChange change = moderation_change(std::move(kept), commit);
    for (const std::uint64_t number : change.dropped) group.moderation.erase(number);
    for (const ModerationRow& row : change.put) group.moderation[row.number] = row;
}

void apply_user_event(Group& group, UserLog& log, Epoch epoch, const UserEvent& event) {
    const std::uint64_t number = next_user_log_seq(epoch, log.head);
    NumberedEvent line = numbered(event, number);
    log.head = number;
    log.entries.emplace(number, std::move(line.entry));
    if (log.entries.size() > limits::kUserLog) log.entries.erase(log.entries.begin());
    for (const Seq seq : event.hidden) {
        if (seq > group.head.floor) group.hidden.emplace(event.uid, seq);
    }
    if (line.note && event.anchor >= group.head.floor) {
        group.notes[{event.uid, event.anchor, number}] = *std::move(line.note);
    }
}

std::vector<SentRow> sent_since_of(const Group& group, Time since, std::size_t count_max) {
    std::vector<SentRow> rows;
    const Cmid first = first_of(since);
    for (auto it = group.sent.rbegin(); it != group.sent.rend(); ++it) {
        if (it->first.first < first || rows.size() == count_max) break;
        rows.push_back(it->second);
    }
    return rows;
}

// A page of them; there is one at `from`.
std::vector<LogEntry> entries_from(const Group& group, Seq from, std::size_t count_max) {
    const std::uint64_t there = group.head.seq - from + 1;
    const std::uint64_t count = std::min<std::uint64_t>(
        there, std::clamp<std::size_t>(count_max, 1, limits::kRangeEntries));
    std::span<const LogEntry> entries{&group.at(from), static_cast<std::size_t>(count)};
    entries = entries.first(wire::page_size(entries));
    return {entries.begin(), entries.end()};
}

std::unexpected<Error> no_group() { return std::unexpected(Error{Code::not_found, "gid"}); }

}  // namespace

const Group* MemoryStore::State::find(GroupId gid) const {
    const auto it = groups.find(gid);
    return it == groups.end() ? nullptr : it->second.get();
}

Group& MemoryStore::State::writable(GroupId gid) {
    std::shared_ptr<Group>& group = groups[gid];
    if (group == nullptr) {
        group = std::make_shared<Group>();
    } else if (group.use_count() > 1) {
        group = std::make_shared<Group>(*group);
    }
    return *group;
}

bool MemoryStore::State::has_room(const Commit& commit) const {
    return std::ranges::all_of(commit.joining, [&](UserId uid) {
        const auto found = memberships.find(uid);
        return found == memberships.end() || found->second.size() < limits::kGroupsPerUser ||
               found->second.contains(commit.gid);
    });
}

void MemoryStore::State::apply(const Commit& commit) {
    Group& group = writable(commit.gid);
    if (commit.expected == 0) group.head.floor = commit.head.floor;  // It begins there.
    const Seq former = group.head.seq;
    const Seq former_floor = group.head.floor;
    apply_log(group, commit);
    apply_rows(group, commit);
    if (auto row = change_row(commit)) group.changes[group.head.version] = *std::move(row);
    while (!group.changes.empty() && !knows_changes(group.head, group.changes.begin()->first - 1)) {
        group.changes.erase(group.changes.begin());
    }
    if (changes_moderation(commit, former_floor)) apply_moderation(group, commit);
    for (const UserEvent& event : commit.user_events) {
        apply_user_event(group, user_logs[event.uid], epoch, event);
    }
    for (const MemberRow& row : commit.members) {
        if (is_member_now(row)) {
            memberships[row.uid].insert(commit.gid);
        } else {
            memberships[row.uid].erase(commit.gid);
        }
    }
    const std::uint64_t number =
        next_feed_number(epoch, feed.empty() ? feed_floor : feed.back().number);
    if (auto row = feed_row(number, former, commit)) feed.push_back(*std::move(row));
}

MemoryStore::MemoryStore(Epoch epoch) : shared_(std::make_unique<Shared>()) {
    shared_->state.epoch = epoch;
}

MemoryStore::~MemoryStore() = default;

std::vector<Outcome> MemoryStore::commit(std::span<const Commit> commits,
                                         std::span<const ReadPosition> positions) {
    const std::scoped_lock lock{shared_->mutex};
    State& state = shared_->state;
    std::vector<Outcome> outcomes;
    outcomes.reserve(commits.size());
    for (const Commit& commit : commits) {
        const Group* group = state.find(commit.gid);
        std::optional<HeadRow> before;
        if (group != nullptr) before = in_epoch(group->head, state.epoch);
        outcomes.push_back(verdict(before ? &*before : nullptr, commit, state.epoch));
        if (outcomes.back() == Outcome::done && !state.has_room(commit)) {
            outcomes.back() = Outcome::conflict;
        }
        if (outcomes.back() == Outcome::done) state.apply(commit);
    }
    state.advance_read(positions);
    return outcomes;
}

Result<HeadRow> MemoryStore::State::take_head(GroupId gid, Term by) {
    const Group* group = find(gid);
    if (group == nullptr) return no_group();
    HeadRow head = group->head;
    const Result<bool> changed = take(head, by, epoch);
    if (!changed) return std::unexpected(changed.error());
    if (*changed) writable(gid).head = head;
    return head;
}

Result<GroupStart> MemoryStore::load_group(GroupId gid, Term term, Time sent_since) {
    const std::scoped_lock lock{shared_->mutex};
    auto head = shared_->state.take_head(gid, term);
    if (!head) return std::unexpected(head.error());
    const Group& group = *shared_->state.find(gid);
    GroupStart start{.head = *std::move(head)};
    const std::size_t count = std::min(group.entries.size(), limits::kRing);
    start.newest.assign(group.entries.end() - static_cast<std::ptrdiff_t>(count),
                        group.entries.end());
    const Seq before = start.head.seq - count;
    start.digest_before = group.digest_at(before);
    start.sent = sent_since_of(group, sent_since, limits::kYoungIdsMax);
    for (auto row = group.tallies.upper_bound(before); row != group.tallies.end(); ++row) {
        start.tallies.push_back(row->second);
    }
    return start;
}

Result<HeadRow> MemoryStore::head(GroupId gid) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return no_group();
    return in_epoch(group->head, shared_->state.epoch);
}

Result<EntryPage> MemoryStore::entries(GroupId gid, Seq from, std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return no_group();
    if (from <= group->head.floor) {
        return std::unexpected(Error{Code::bad_range, "from", group->head.floor.value});
    }
    EntryPage page{.digest_before = group->head.digest,
                   .head = in_epoch(group->head, shared_->state.epoch)};
    if (from > group->head.seq) return page;

    page.entries = entries_from(*group, from, count_max);
    page.digest_before = group->digest_at(from - 1);
    return page;
}

Result<GroupChanges> MemoryStore::changes(GroupId gid, std::uint64_t since, Seq after) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return no_group();
    GroupChanges found{.head = in_epoch(group->head, shared_->state.epoch),
                       .whole = knows_changes(group->head, since)};
    const Seq from = std::max(after, group->head.floor) + 1;
    if (from <= group->head.seq) {
        found.entries = entries_from(*group, from, limits::kRangeEntries);
    }
    Changed changed;
    for (auto row = group->changes.upper_bound(since); found.whole && row != group->changes.end();
         ++row) {
        found.whole = changed.add(row->second);
    }
    if (!found.whole) return found;
    for (const Seq seq : changed.entries) {
        if (seq > group->head.floor) found.changed.push_back(group->at(seq));
    }
    for (const UserId uid : changed.members) {
        const auto row = group->members.find(uid);
        found.members.push_back(row == group->members.end() ? MemberRow{.uid = uid} : row->second);
    }
    return found;
}

Result<Seq> MemoryStore::first_at(GroupId gid, Time time) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return no_group();
    const auto it = std::ranges::lower_bound(group->entries, time, {}, &LogEntry::time);
    return group->head.floor + static_cast<std::uint64_t>(it - group->entries.begin()) + 1;
}

Result<std::optional<SentRow>> MemoryStore::sent(GroupId gid, UserId uid, Cmid cmid) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return std::nullopt;
    const auto it = group->sent.find({cmid, uid});
    if (it == group->sent.end()) return std::nullopt;
    return it->second;
}

Result<std::vector<SentRow>> MemoryStore::sent_since(GroupId gid, Time since,
                                                     std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return std::vector<SentRow>{};
    return sent_since_of(*group, since, count_max);
}

Result<void> MemoryStore::forget_sent_before(Time time) {
    const std::scoped_lock lock{shared_->mutex};
    const std::pair<Cmid, UserId> end{first_of(time), UserId{}};
    for (const auto& [gid, shared] : shared_->state.groups) {
        if (shared->sent.empty() || shared->sent.begin()->first >= end) continue;
        Group& group = shared_->state.writable(gid);
        group.sent.erase(group.sent.begin(), group.sent.lower_bound(end));
    }
    return {};
}

Result<std::vector<GroupLog::GroupHead>> MemoryStore::groups(GroupId after, std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    const auto& groups = shared_->state.groups;
    std::vector<GroupHead> rows;
    for (auto it = groups.upper_bound(after); it != groups.end(); ++it) {
        if (rows.size() == count_max) break;
        rows.push_back(
            {.gid = it->first, .head = in_epoch(it->second->head, shared_->state.epoch)});
    }
    return rows;
}

Result<Epoch> MemoryStore::epoch() {
    const std::scoped_lock lock{shared_->mutex};
    return shared_->state.epoch;
}

Result<Epoch> MemoryStore::raise_epoch(Epoch least) {
    const std::scoped_lock lock{shared_->mutex};
    Epoch& epoch = shared_->state.epoch;
    epoch = std::max(Epoch{epoch.value + 1}, least);
    return epoch;
}

Result<Term> MemoryStore::next_term() {
    const std::scoped_lock lock{shared_->mutex};
    ++shared_->state.term.value;
    return shared_->state.term;
}

MemoryStore::Snapshot MemoryStore::snapshot() const {
    const std::scoped_lock lock{shared_->mutex};
    return std::make_shared<const State>(shared_->state);
}

void MemoryStore::restore(const Snapshot& snapshot) {
    const std::scoped_lock lock{shared_->mutex};
    shared_->state = *snapshot;
}

}  // namespace stentor::store
