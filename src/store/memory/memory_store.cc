#include "store/memory/memory_store.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/limits.h"
#include "store/verdict.h"
#include "wire/frames.h"

namespace stentor::store {
namespace {

struct Group {
    HeadRow head;
    std::vector<LogEntry> entries;                    // From head.floor + 1 on.
    std::map<std::pair<Cmid, UserId>, SentRow> sent;  // In the order of time.
    std::map<UserId, MemberRow> members;

    [[nodiscard]] const LogEntry& at(Seq seq) const { return entries[seq - head.floor - 1]; }
    [[nodiscard]] Digest digest_at(Seq seq) const {
        return seq == head.floor ? head.floor_digest : at(seq).digest;
    }
};

// The least id of a moment: every id made then or later is at or above it.
Cmid first_of(Time time) {
    Cmid cmid;
    const std::uint64_t ms = to_ms(time);
    for (unsigned i = 0; i < 6; ++i)
        cmid.bytes[i] = static_cast<std::uint8_t>(ms >> (40U - 8U * i));
    return cmid;
}

void apply(Group& group, const Commit& commit) {
    for (const LogEntry& entry : commit.changed) {
        group.entries[entry.seq - group.head.floor - 1] = entry;
    }
    group.entries.insert(group.entries.end(), commit.entries.begin(), commit.entries.end());
    const auto trimmed = static_cast<std::ptrdiff_t>(commit.head.floor - group.head.floor);
    group.entries.erase(group.entries.begin(), group.entries.begin() + trimmed);
    group.head = commit.head;
    for (const SentRow& row : commit.sent) group.sent[{row.cmid, row.uid}] = row;
    for (const MemberRow& row : commit.members) {
        MemberRow& kept = group.members[row.uid];
        const Seq read = std::max(kept.read, row.read);
        kept = row;
        kept.read = read;
    }
}

std::unexpected<Error> no_group() { return std::unexpected(Error{Code::not_found, "gid"}); }

}  // namespace

struct MemoryStore::State {
    Epoch epoch;
    Term term;
    std::unordered_map<GroupId, std::shared_ptr<Group>> groups;
    std::unordered_map<UserId, std::set<GroupId>> memberships;
    std::unordered_map<UserId, UserRow> users;
    std::map<std::string, UserId, std::less<>> names;

    [[nodiscard]] const Group* find(GroupId gid) const {
        const auto it = groups.find(gid);
        return it == groups.end() ? nullptr : it->second.get();
    }

    // A snapshot may share the group's rows: then they are copied before they are changed.
    Group& writable(GroupId gid) {
        std::shared_ptr<Group>& group = groups[gid];
        if (group == nullptr) {
            group = std::make_shared<Group>();
        } else if (group.use_count() > 1) {
            group = std::make_shared<Group>(*group);
        }
        return *group;
    }
};

struct MemoryStore::Shared {
    std::mutex mutex;
    State state;
};

MemoryStore::MemoryStore(Epoch epoch) : shared_(std::make_unique<Shared>()) {
    shared_->state.epoch = epoch;
}

MemoryStore::~MemoryStore() = default;

std::vector<Outcome> MemoryStore::commit(std::span<const Commit> commits) {
    const std::scoped_lock lock{shared_->mutex};
    State& state = shared_->state;
    std::vector<Outcome> outcomes;
    outcomes.reserve(commits.size());
    for (const Commit& commit : commits) {
        const Group* group = state.find(commit.gid);
        outcomes.push_back(verdict(group == nullptr ? nullptr : &group->head, commit));
        if (outcomes.back() != Outcome::done) continue;
        apply(state.writable(commit.gid), commit);
        for (const MemberRow& row : commit.members) {
            if (is_member_now(row)) {
                state.memberships[row.uid].insert(commit.gid);
            } else {
                state.memberships[row.uid].erase(commit.gid);
            }
        }
    }
    return outcomes;
}

Result<HeadRow> MemoryStore::take_head(GroupId gid, Term term) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return no_group();
    if (group->head.term > term) return std::unexpected(Error{Code::owner_moved, "term"});
    if (group->head.term == term) return group->head;
    Group& taken = shared_->state.writable(gid);
    taken.head.term = term;
    return taken.head;
}

Result<HeadRow> MemoryStore::head(GroupId gid) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return no_group();
    return group->head;
}

Result<EntryPage> MemoryStore::entries(GroupId gid, Seq from, std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return no_group();
    if (from <= group->head.floor) {
        return std::unexpected(Error{Code::bad_range, "from", group->head.floor.value});
    }
    EntryPage page{.digest_before = group->head.digest, .head = group->head};
    if (from > group->head.seq) return page;

    const std::uint64_t there = group->head.seq - from + 1;
    const std::uint64_t count = std::min<std::uint64_t>(
        there, std::clamp<std::size_t>(count_max, 1, limits::kRangeEntries));
    std::span<const LogEntry> entries{&group->at(from), static_cast<std::size_t>(count)};
    entries = entries.first(wire::page_size(entries));
    page.entries.assign(entries.begin(), entries.end());
    page.digest_before = group->digest_at(from - 1);
    return page;
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
    std::vector<SentRow> rows;
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return rows;
    const Cmid first = first_of(since);
    for (auto it = group->sent.rbegin(); it != group->sent.rend(); ++it) {
        if (it->first.first < first || rows.size() == count_max) break;
        rows.push_back(it->second);
    }
    return rows;
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

Result<std::optional<MemberRow>> MemoryStore::member(GroupId gid, UserId uid) {
    const std::scoped_lock lock{shared_->mutex};
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return std::nullopt;
    const auto it = group->members.find(uid);
    if (it == group->members.end()) return std::nullopt;
    return it->second;
}

Result<std::vector<MemberRow>> MemoryStore::members(GroupId gid, UserId after,
                                                    std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<MemberRow> rows;
    const Group* group = shared_->state.find(gid);
    if (group == nullptr) return rows;
    for (auto it = group->members.upper_bound(after); it != group->members.end(); ++it) {
        if (rows.size() == count_max) break;
        rows.push_back(it->second);
    }
    return rows;
}

Result<std::vector<Membership>> MemoryStore::memberships(UserId uid, std::size_t count_max) {
    const std::scoped_lock lock{shared_->mutex};
    std::vector<Membership> rows;
    const auto it = shared_->state.memberships.find(uid);
    if (it == shared_->state.memberships.end()) return rows;
    for (const GroupId gid : it->second) {
        if (rows.size() == count_max) break;
        rows.push_back({.gid = gid, .row = shared_->state.find(gid)->members.at(uid)});
    }
    return rows;
}

Result<void> MemoryStore::advance_read(std::span<const ReadPosition> positions) {
    const std::scoped_lock lock{shared_->mutex};
    for (const ReadPosition& position : positions) {
        const Group* group = shared_->state.find(position.gid);
        if (group == nullptr) continue;
        const auto it = group->members.find(position.uid);
        if (it == group->members.end() || it->second.read >= position.read) continue;
        shared_->state.writable(position.gid).members.at(position.uid).read = position.read;
    }
    return {};
}

Result<void> MemoryStore::add_user(const UserRow& user) {
    const std::scoped_lock lock{shared_->mutex};
    State& state = shared_->state;
    if (state.names.contains(user.name_key) || state.users.contains(user.uid)) {
        return std::unexpected(Error{Code::name_taken, "name"});
    }
    state.names.emplace(user.name_key, user.uid);
    state.users.emplace(user.uid, user);
    return {};
}

Result<std::optional<UserRow>> MemoryStore::user(UserId uid) {
    const std::scoped_lock lock{shared_->mutex};
    const auto it = shared_->state.users.find(uid);
    if (it == shared_->state.users.end()) return std::nullopt;
    return it->second;
}

Result<std::optional<UserRow>> MemoryStore::user_by_name(std::string_view name_key) {
    const std::scoped_lock lock{shared_->mutex};
    const auto it = shared_->state.names.find(name_key);
    if (it == shared_->state.names.end()) return std::nullopt;
    return shared_->state.users.at(it->second);
}

Epoch MemoryStore::epoch() {
    const std::scoped_lock lock{shared_->mutex};
    return shared_->state.epoch;
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

void MemoryStore::set_epoch(Epoch epoch) {
    const std::scoped_lock lock{shared_->mutex};
    shared_->state.epoch = epoch;
}

}  // namespace stentor::store
