// Commits: what is locked, in which order, and who passes.

#include <algorithm>
#include <tuple>

#include "base/feed_number.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/moderation.h"
#include "store/mysql/commit_run.h"
#include "store/mysql/engine.h"
#include "store/mysql/sql_rows.h"
#include "store/verdict.h"
#include "text/names.h"

namespace stentor::store::mysql {
namespace {

// Of a call that met another one's new row, or a raised epoch.
constexpr int kRunsAtMost = 4;

// In the order in which all transactions lock them.
Values keys_of(const std::set<UserId>& uids) {
    std::set<std::pair<std::uint32_t, UserId>> sorted;
    for (const UserId uid : uids) sorted.emplace(u_of(uid), uid);
    Values keys;
    for (const auto& [u, uid] : sorted) keys.insert(keys.end(), {u, uid});
    return keys;
}

}  // namespace

const HeadRow* CommitRun::head_before(GroupId gid) const {
    const auto found = heads_.find(gid);
    return found == heads_.end() ? nullptr : &found->second;
}

std::vector<std::pair<GroupId, Seq>> CommitRun::raised_floors() const {
    std::vector<std::pair<GroupId, Seq>> raised;
    for_each_done([&](const Commit& commit) {
        const HeadRow* before = head_before(commit.gid);
        if (before == nullptr || commit.head.floor <= before->floor) return;
        raised.emplace_back(commit.gid, commit.head.floor);
    });
    return raised;
}

Seq CommitRun::floor_before(GroupId gid) const {
    const HeadRow* before = head_before(gid);
    return before != nullptr ? before->floor : Seq{};
}

void CommitRun::run() {
    lock_heads();
    judge();
    if (session_.failed()) return;
    lock_accounts();
    read_members();
    read_groups_of_joining();
    if (session_.failed()) return;
    refuse_without_room();
    read_moderation();
    lock_user_logs();
    if (session_.failed()) return;
    for_each_done([this](const Commit& commit) { add_rows(commit); });
    add_positions();
    writes_ = !rows_.read_positions.empty() ||
              std::ranges::find(outcomes_, Outcome::done) != outcomes_.end();
    if (!writes_) return;
    rows_.write(session_);
    number_feed();
}

void CommitRun::lock_heads() {
    std::set<std::pair<std::uint32_t, GroupId>> sorted;
    for (const Commit& commit : commits_) sorted.emplace(p_of(commit.gid), commit.gid);
    for (const ReadPosition& position : positions_) {
        sorted.emplace(p_of(position.gid), position.gid);
    }
    Values keys;
    for (const auto& [p, gid] : sorted) keys.insert(keys.end(), {p, gid});
    const Table rows = session_.run_in("SELECT gid," + std::string{kHeadColumns} +
                                           " FROM head FORCE INDEX (PRIMARY) WHERE (p,gid) IN ",
                                       2, keys, " ORDER BY p,gid FOR UPDATE");
    epoch_ = epoch_of(session_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        const GroupId gid{row.number()};
        heads_.insert_or_assign(gid, in_epoch(head_of(row), epoch_));
    }
}

void CommitRun::judge() {
    if (session_.failed()) return;
    for (const Commit& commit : commits_) {
        outcomes_.push_back(verdict(head_before(commit.gid), commit, epoch_));
    }
}

void CommitRun::lock_accounts() {
    std::set<UserId> uids;
    for_each_done([&](const Commit& commit) {
        for (const MemberRow& row : commit.members) uids.insert(row.uid);
        uids.insert(commit.joining.begin(), commit.joining.end());
    });
    const Table rows = session_.run_in(
        "SELECT uid,name,name_key FROM account FORCE INDEX (PRIMARY) WHERE (u,uid) IN ", 2,
        keys_of(uids), " ORDER BY u,uid FOR UPDATE");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        const UserId uid{row.number()};
        std::string name = row.text();
        names_[uid] = {.name = std::move(name), .folded = text::folded(row.text())};
    }
}

void CommitRun::read_members() {
    std::set<std::tuple<std::uint32_t, GroupId, UserId>> places;
    for_each_done([&](const Commit& commit) {
        for (const MemberRow& row : commit.members) {
            places.emplace(p_of(commit.gid), commit.gid, row.uid);
        }
    });
    for (const ReadPosition& position : positions_) {
        places.emplace(p_of(position.gid), position.gid, position.uid);
    }
    Values keys;
    for (const auto& [p, gid, uid] : places) keys.insert(keys.end(), {p, gid, uid});
    const Table rows = session_.run_in(
        "SELECT gid," + std::string{kMemberColumns} + " FROM member WHERE (p,gid,uid) IN ", 3,
        keys);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        const GroupId gid{row.number()};
        const MemberRow member = member_of(row);
        members_.insert_or_assign({gid, member.uid}, member);
    }
}

// Whoever joins two groups at once is counted under the lock of their account.
void CommitRun::read_groups_of_joining() {
    std::set<UserId> uids;
    for_each_done(
        [&](const Commit& commit) { uids.insert(commit.joining.begin(), commit.joining.end()); });
    const Table rows = session_.run_in(
        "SELECT uid,gid FROM belongs WHERE present=1 AND (u,uid) IN ", 2, keys_of(uids));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        std::set<GroupId>& groups = groups_[{row.number()}];
        groups.insert(GroupId{row.number()});
    }
}

void CommitRun::refuse_without_room() {
    for (std::size_t i = 0; i < commits_.size(); ++i) {
        if (outcomes_[i] != Outcome::done) continue;
        const Commit& commit = commits_[i];
        const bool room = std::ranges::all_of(commit.joining, [&](UserId uid) {
            const std::set<GroupId>& groups = groups_[uid];
            return groups.size() < limits::kGroupsPerUser || groups.contains(commit.gid);
        });
        if (!room) outcomes_[i] = Outcome::conflict;
        for (const UserId uid : commit.joining) {
            if (room) groups_[uid].insert(commit.gid);
        }
    }
}

void CommitRun::read_moderation() {
    for_each_done([&](const Commit& commit) {
        if (!changes_moderation(commit, floor_before(commit.gid))) return;
        std::vector<ModerationRow>& kept = moderation_[commit.gid];
        const Table rows = session_.run(
            "SELECT " + std::string{kModerationColumns} + " FROM moderation WHERE p=? AND gid=?",
            {p_of(commit.gid), commit.gid});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            kept.push_back(moderation_of(row));
        }
    });
}

// What is not there cannot be locked, so it is made: then it is this transaction's, or another's
// that is waited for.
void CommitRun::lock_user_logs() {
    std::set<UserId> uids;
    for_each_done([&](const Commit& commit) {
        for (const UserEvent& event : commit.user_events) uids.insert(event.uid);
    });
    constexpr std::string_view kLock =
        "SELECT uid,newest FROM user_log_head FORCE INDEX (PRIMARY) WHERE (u,uid) IN ";
    constexpr std::string_view kInOrder = " ORDER BY u,uid FOR UPDATE";
    const auto lock = [&] {
        const Table rows = session_.run_in(kLock, 2, keys_of(uids), kInOrder);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            const UserId uid{row.number()};
            user_logs_[uid] = row.number();
            uids.erase(uid);
        }
    };
    lock();
    if (uids.empty() || session_.failed()) return;
    session_.write("INSERT INTO user_log_head (u,uid) VALUES ", 2, keys_of(uids),
                   " ON DUPLICATE KEY UPDATE newest=newest");
    lock();
}

// Last of all, because from here on no other commit ends before this one.
void CommitRun::number_feed() {
    const Table rows = session_.run(
        "SELECT name,number FROM counter FORCE INDEX (PRIMARY) WHERE name IN ('epoch','feed')"
        " ORDER BY name FOR UPDATE");
    if (session_.failed()) return;
    if (rows.size() != 2) {
        session_.fail({.kind = Failure::Kind::damaged, .text = "counter"});
        return;
    }
    const auto number_of_row = [&](std::size_t i) {
        Row row = rows.row(i);
        (void)row.text();
        return row.number();
    };
    stale_ = Epoch{number_of_row(0)} != epoch_;
    if (stale_) return;
    const std::uint64_t before = number_of_row(1);
    std::uint64_t newest = before;
    Values feed;
    for_each_done([&](const Commit& commit) {
        const HeadRow* head = head_before(commit.gid);
        const auto row =
            feed_row(next_feed_number(epoch_, newest), head != nullptr ? head->seq : Seq{}, commit);
        if (!row) return;
        newest = row->number;
        feed.insert(feed.end(), {row->number, row->gid, row->first, row->last, changed_of(*row),
                                 members_of(*row)});
    });
    if (newest == before) return;
    session_.write("INSERT INTO feed (number,gid,first_seq,last_seq,changed,members) VALUES ", 6,
                   feed);
    set_counter(session_, "feed", newest);
}

// ---- The port

std::vector<Outcome> MysqlStore::commit(std::span<const Commit> commits,
                                        std::span<const ReadPosition> positions) {
    if (commits.empty() && positions.empty()) return {};
    for (int runs = 1;; ++runs) {
        std::vector<Outcome> outcomes;
        std::vector<std::pair<GroupId, Seq>> raised;
        {
            Session session{writers_};
            session.begin();
            // A connection of the pool may be gone since it was used.
            if (session.failed() && runs < kRunsAtMost) continue;
            CommitRun run{session, commits, positions};
            run.run();
            if (!session.failed() && !run.stale() && run.writes()) session.commit();
            const bool again = run.stale() || session.failure().kind == Failure::Kind::duplicate;
            if (again && runs < kRunsAtMost) continue;
            outcomes = run.outcomes();
            if (outcomes.empty()) outcomes.assign(commits.size(), Outcome::done);
            if (session.failed() || run.stale()) {
                log::warn("a commit ended without effect, or nobody knows",
                          {{"number", session.failure().number},
                           {"text", std::string_view{session.failure().text}}});
                // What is damaged was not written either, but to try again would not heal it.
                const bool may_try =
                    session.wrote_nothing() && session.failure().kind != Failure::Kind::damaged;
                std::ranges::replace(outcomes, Outcome::done,
                                     may_try ? Outcome::aborted : Outcome::unknown);
                return outcomes;
            }
            raised = run.raised_floors();
        }
        for (const auto& [gid, floor] : raised) drop_below(gid, floor);
        return outcomes;
    }
}

Result<void> MemberTables::advance_read(std::span<const ReadPosition> positions) {
    return transact(writers_, [&](Session& session) -> Result<void> {
        CommitRun run{session, {}, positions};
        run.run();
        return {};
    });
}

namespace {

// False when it cannot go on now. By an index, whatever the table's size, as all that commits drop.
bool drop_some(Pool& pool, const std::string& table, const std::string& index,
               const std::string& column, const Values& group_and_last) {
    const std::string where =
        " FROM " + table + " FORCE INDEX (" + index + ") WHERE p=? AND gid=? AND " + column;
    const auto more = look(pool, [&](Session& session) -> Result<bool> {
        Values some = group_and_last;
        some.emplace_back(kDroppedAtOnce);
        const Table rows =
            session.run("SELECT " + column + where + "<=? ORDER BY " + column + " LIMIT ?", some);
        if (rows.empty()) return false;
        const std::uint64_t last = rows.row(rows.size() - 1).number();
        session.run("DELETE " + table + where + "<=?",
                    {group_and_last[0], group_and_last[1], last});
        return rows.size() == kDroppedAtOnce;
    });
    return more.value_or(false);
}

}  // namespace

// In transactions of their own: there may be a million entries below a floor that rises. Readers
// go by the floor; what is left behind by an accident goes when the floor rises next.
void MysqlStore::drop_below(GroupId gid, Seq floor) {
    const Values below{p_of(gid), gid, floor};
    while (drop_some(writers_, "entry", "PRIMARY", "seq", below)) {
    }
    while (drop_some(writers_, "tally", "PRIMARY", "seq", below)) {
    }
    while (drop_some(writers_, "reaction", "PRIMARY", "seq", below)) {
    }
    while (drop_some(writers_, "hidden", "by_seq", "seq", below)) {
    }
    if (floor == Seq{}) return;
    while (drop_some(writers_, "note", "by_anchor", "anchor", {p_of(gid), gid, floor - 1})) {
    }
}

}  // namespace stentor::store::mysql
