#include <algorithm>
#include <functional>
#include <map>

#include "base/log.h"
#include "base/planted_bugs.h"
#include "base/room.h"
#include "store/rocks/engine.h"
#include "store/rocks/keys.h"
#include "store/rocks/rows.h"
#include "store/verdict.h"

namespace stentor::store {
std::mutex& RocksStore::lock_of(GroupId gid) {
    return group_locks_[std::hash<GroupId>{}(gid) % kGroupLocks];
}

RocksStore::GroupLocks RocksStore::lock_groups(std::span<const Commit> commits,
                                               std::span<const ReadPosition> positions) {
    std::vector<std::mutex*> mutexes;
    mutexes.reserve(commits.size() + positions.size());
    for (const Commit& commit : commits) mutexes.push_back(&lock_of(commit.gid));
    for (const ReadPosition& position : positions) mutexes.push_back(&lock_of(position.gid));
    std::ranges::sort(mutexes, std::less<>{});
    const auto repeated = std::ranges::unique(mutexes);
    mutexes.erase(repeated.begin(), repeated.end());

    GroupLocks locks;
    locks.reserve(mutexes.size());
    for (std::mutex* mutex : mutexes) locks.emplace_back(*mutex);
    return locks;
}

std::vector<Outcome> RocksStore::commit(std::span<const Commit> commits,
                                        std::span<const ReadPosition> positions) {
    // Their owners refuse whatever comes next; what comes in between is tried again.
    if (!has_room()) return std::vector<Outcome>(commits.size(), Outcome::aborted);
    const GroupLocks locks = lock_groups(commits, positions);
    const std::scoped_lock order{order_};
    if (stopped_) return std::vector<Outcome>(commits.size(), Outcome::unknown);

    rocksdb::WriteBatch batch;
    const std::uint64_t former_feed_head = feed_head_;
    std::vector<Outcome> outcomes = prepare(commits, batch);
    std::map<GroupId, const Commit*> done;
    for (std::size_t i = 0; i < commits.size() && !positions.empty(); ++i) {
        if (outcomes[i] == Outcome::done) done.emplace(commits[i].gid, &commits[i]);
    }
    if (const auto good = append_positions(positions, done, batch); !good) {
        log::warn("read positions not written", {{"code", stentor::name_of(good.error().code)}});
    }
    if (batch.Count() > 0 && !write(batch, true)) {
        // An engine that goes on was not asked to write, and gives the same numbers again.
        feed_head_ = former_feed_head;
        std::ranges::replace(outcomes, Outcome::done,
                             stopped_ ? Outcome::unknown : Outcome::aborted);
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

    Known known;
    std::vector<Outcome> outcomes;
    outcomes.reserve(commits.size());
    for (std::size_t i = 0; i < commits.size(); ++i) {
        std::optional<HeadRow> before;
        if (statuses[i].ok()) before = rows::decode_head(values[i].ToStringView());
        if (before) before = in_epoch(*std::move(before), epoch_);
        if (!before && !statuses[i].IsNotFound()) {
            log::error("a head cannot be read",
                       {{"gid", commits[i].gid.value}, {"status", statuses[i].ToString()}});
            outcomes.push_back(Outcome::unknown);
            continue;
        }
        outcomes.push_back(verdict(before ? &*before : nullptr, commits[i], epoch_));
        if (outcomes.back() != Outcome::done) continue;
        const auto room = take_places(commits[i], known);
        if (!room || !find_out(commits[i], before ? before->floor : Seq{}, known)) {
            outcomes.back() = Outcome::unknown;
        } else if (!*room) {
            outcomes.back() = Outcome::conflict;
        } else {
            append(commits[i], before.value_or(HeadRow{}), known, batch);
        }
    }
    return outcomes;
}

Result<void> RocksStore::write(rocksdb::WriteBatch& batch, bool sync) {
    if (base_.synced == nullptr) {
        return std::unexpected(Error{Code::store_unavailable, "opened to be read"});
    }
    if (!has_room()) return std::unexpected(kNoRoom);
    rocksdb::WriteOptions how;
    how.sync = sync && !planted(Bug::sync_off);
    if (sync) {
        const Claim claim{.start = base_.synced->claim().start, .update = durable_};
        (void)batch.PutLogData(encode(claim));
    }
    const rocksdb::Status status = base_.db->Write(how, &batch);
    if (status.ok()) {
        if (sync) raise_durable(batch);
        return {};
    }
    if (!stopped_.exchange(true)) {
        log::error("the store stops: a write failed", {{"status", status.ToString()}});
    }
    return std::unexpected(Error{Code::store_unavailable, "write"});
}

// Not synced: only this process can hold the path, so the owner that is to be fenced does not
// outlive a loss of power either, and whoever comes next has a larger term from next_term(). A fork
// point that is lost so is noted again, at the same place: any later commit syncs it.
Result<void> RocksStore::write_term(GroupId gid, Term term) {
    const std::scoped_lock lock{lock_of(gid)};
    Result<HeadRow> head = read_kept_head({}, gid);
    if (!head) return std::unexpected(head.error());
    const Result<bool> changed = take(*head, term, epoch_);
    if (!changed) return std::unexpected(changed.error());
    if (!*changed) return {};
    rocksdb::WriteBatch batch;
    batch.Put(base_.rows, keys::head(gid), rows::encode(*head));
    return write(batch, false);
}

Result<Epoch> RocksStore::raise_epoch(Epoch least) {
    const std::scoped_lock lock{terms_};
    const Epoch raised = std::max(Epoch{epoch_.load().value + 1}, least);
    rocksdb::WriteBatch batch;
    batch.Put(base_.rows, keys::meta("epoch"), rows::encode(raised.value));
    batch.Put(base_.rows, keys::meta("line"), rows::encode(drawn_line()));
    if (const auto written = write(batch, true); !written) {
        return std::unexpected(written.error());
    }
    epoch_ = raised;
    return raised;
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
