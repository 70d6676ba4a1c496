#include <algorithm>
#include <functional>

#include "base/log.h"
#include "base/planted_bugs.h"
#include "store/rocks/engine.h"
#include "store/rocks/keys.h"
#include "store/rocks/rows.h"
#include "store/verdict.h"

namespace stentor::store {
namespace {

// Up to this many old entries are deleted one by one: a range tombstone in the write buffer is
// looked at by every later read of the table.
constexpr std::uint64_t kSinglyDeleted = 1'024;

}  // namespace

std::mutex& RocksStore::lock_of(GroupId gid) {
    return group_locks_[std::hash<GroupId>{}(gid) % kGroupLocks];
}

RocksStore::GroupLocks RocksStore::lock_groups(std::span<const Commit> commits) {
    std::vector<std::mutex*> mutexes;
    mutexes.reserve(commits.size());
    for (const Commit& commit : commits) mutexes.push_back(&lock_of(commit.gid));
    std::ranges::sort(mutexes, std::less<>{});
    const auto repeated = std::ranges::unique(mutexes);
    mutexes.erase(repeated.begin(), repeated.end());

    GroupLocks locks;
    locks.reserve(mutexes.size());
    for (std::mutex* mutex : mutexes) locks.emplace_back(*mutex);
    return locks;
}

std::vector<Outcome> RocksStore::commit(std::span<const Commit> commits) {
    const GroupLocks locks = lock_groups(commits);
    if (stopped_) return std::vector<Outcome>(commits.size(), Outcome::unknown);

    rocksdb::WriteBatch batch;
    std::vector<Outcome> outcomes = prepare(commits, batch);
    if (batch.Count() > 0 && !write(batch, true)) {
        std::ranges::replace(outcomes, Outcome::done, Outcome::unknown);
    }
    return outcomes;
}

std::vector<Outcome> RocksStore::prepare(std::span<const Commit> commits,
                                         rocksdb::WriteBatch& batch) {
    std::vector<std::string> names;
    names.reserve(commits.size());
    for (const Commit& commit : commits) names.push_back(keys::head(commit.gid));
    const std::vector<rocksdb::Slice> slices(names.begin(), names.end());
    std::vector<rocksdb::PinnableSlice> values(commits.size());
    std::vector<rocksdb::Status> statuses(commits.size());
    base_.db->MultiGet({}, base_.rows, slices.size(), slices.data(), values.data(),
                       statuses.data());

    std::vector<Outcome> outcomes;
    outcomes.reserve(commits.size());
    for (std::size_t i = 0; i < commits.size(); ++i) {
        std::optional<HeadRow> before;
        if (statuses[i].ok()) before = rows::decode_head(values[i].ToStringView());
        if (!before && !statuses[i].IsNotFound()) {
            log::error("a head cannot be read",
                       {{"gid", commits[i].gid.value}, {"status", statuses[i].ToString()}});
            outcomes.push_back(Outcome::unknown);
            continue;
        }
        outcomes.push_back(verdict(before ? &*before : nullptr, commits[i]));
        if (outcomes.back() == Outcome::done) {
            append(commits[i], before ? before->floor : Seq{}, batch);
        }
    }
    return outcomes;
}

void RocksStore::append(const Commit& commit, Seq former_floor, rocksdb::WriteBatch& batch) {
    const GroupId gid = commit.gid;
    batch.Put(base_.rows, keys::head(gid), rows::encode(commit.head));
    for (const std::vector<LogEntry>* entries : {&commit.changed, &commit.entries}) {
        for (const LogEntry& entry : *entries) {
            batch.Put(base_.entries, keys::entry(gid, entry.seq), rows::encode(entry));
        }
    }
    for (const SentRow& row : commit.sent) {
        batch.Put(base_.sent, keys::sent(gid, row.uid, row.cmid), rows::encode(row));
    }
    for (const MemberRow& row : commit.members) {
        batch.Put(base_.rows, keys::member(gid, row.uid), rows::encode(row));
        if (is_member_now(row)) {
            batch.Put(base_.rows, keys::membership(row.uid, gid), {});
        } else {
            batch.Delete(base_.rows, keys::membership(row.uid, gid));
        }
    }

    const Seq floor = commit.head.floor;
    if (floor - former_floor > kSinglyDeleted) {
        batch.DeleteRange(base_.entries, keys::entry(gid, former_floor + 1),
                          keys::entry(gid, floor + 1));
        return;
    }
    for (Seq seq = former_floor + 1; seq <= floor; ++seq) {
        batch.Delete(base_.entries, keys::entry(gid, seq));
    }
}

Result<void> RocksStore::write(rocksdb::WriteBatch& batch, bool sync) {
    rocksdb::WriteOptions how;
    how.sync = sync && !planted(Bug::sync_off);
    const rocksdb::Status status = base_.db->Write(how, &batch);
    if (status.ok()) return {};
    if (!stopped_.exchange(true)) {
        log::error("the store stops: a write failed", {{"status", status.ToString()}});
    }
    return std::unexpected(Error{Code::store_unavailable, "write"});
}

// Not synced: only this process can hold the path, so the owner that is to be fenced does not
// outlive a loss of power either, and whoever comes next has a larger term from next_term().
Result<HeadRow> RocksStore::take_head(GroupId gid, Term term) {
    const std::scoped_lock lock{lock_of(gid)};
    Result<HeadRow> head = read_head({}, gid);
    if (!head || head->term == term) return head;
    if (head->term > term) return std::unexpected(Error{Code::owner_moved, "term"});
    head->term = term;
    rocksdb::WriteBatch batch;
    batch.Put(base_.rows, keys::head(gid), rows::encode(*head));
    if (const auto written = write(batch, false); !written) {
        return std::unexpected(written.error());
    }
    return head;
}

Result<Term> RocksStore::next_term() {
    const std::scoped_lock lock{terms_};
    const std::string key = keys::meta("term");
    const Result<Row> row = get({}, base_.rows, key);
    if (!row) return std::unexpected(row.error());
    const auto last = *row ? rows::decode_number(**row) : std::uint64_t{0};
    if (!last) return unreadable("term");
    rocksdb::WriteBatch batch;
    batch.Put(base_.rows, key, rows::encode(*last + 1));
    if (const auto written = write(batch, true); !written) {
        return std::unexpected(written.error());
    }
    return Term{*last + 1};
}

}  // namespace stentor::store
