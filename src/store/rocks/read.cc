#include <rocksdb/snapshot.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/limits.h"
#include "base/log.h"
#include "store/changes.h"
#include "store/damage.h"
#include "store/rocks/engine.h"
#include "store/rocks/keys.h"
#include "store/rocks/rows.h"
#include "store/verdict.h"

namespace stentor::store {
namespace {

constexpr std::uint64_t kPassedOver = 1'024;
constexpr std::size_t kKeysAtOnce = 1'024;  // A quarter of a megabyte while they are looked for.

}  // namespace

// A status that is good: the row is there, and is not what this engine writes.
std::unexpected<Error> unreadable(std::string_view where, const rocksdb::Status& status,
                                  std::string_view key) {
    if (!status.ok() && !status.IsCorruption()) {
        log::error("a row cannot be read",
                   {{"row", where}, {"key", keys::shown(key)}, {"status", status.ToString()}});
        return std::unexpected(Error{Code::store_unavailable, where});
    }
    const std::string what = status.ok() ? std::string{where} : status.ToString();
    if (damage().note(what)) {
        log::error("the record is damaged; run stentor verify",
                   {{"row", where}, {"key", keys::shown(key)}, {"status", status.ToString()}});
    }
    return std::unexpected(Error{.code = Code::store_unavailable,
                                 .where = kDamagedWhere,
                                 .retry_after_ms = kDamagedRetryMs});
}

Result<RocksStore::Row> RocksStore::get(const rocksdb::ReadOptions& how,
                                        rocksdb::ColumnFamilyHandle* table,
                                        const std::string& key) {
    if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
    std::string value;
    const rocksdb::Status status = base_.db->Get(how, table, key, &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return unreadable("row", status, key);
    return value;
}

Result<std::vector<RocksStore::Row>> RocksStore::get(const rocksdb::ReadOptions& how,
                                                     rocksdb::ColumnFamilyHandle* table,
                                                     std::span<const std::string> keys) {
    if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
    std::vector<Row> rows;
    rows.reserve(keys.size());
    while (rows.size() < keys.size()) {
        const auto part = keys.subspan(rows.size())
                              .first(std::min<std::size_t>(kKeysAtOnce, keys.size() - rows.size()));
        const std::vector<rocksdb::Slice> slices{part.begin(), part.end()};
        std::vector<rocksdb::PinnableSlice> values(part.size());
        std::vector<rocksdb::Status> statuses(part.size());
        base_.db->MultiGet(how, table, slices.size(), slices.data(), values.data(),
                           statuses.data());
        for (std::size_t i = 0; i < part.size(); ++i) {
            if (!statuses[i].ok() && !statuses[i].IsNotFound()) {
                return unreadable("row", statuses[i], part[i]);
            }
            rows.push_back(statuses[i].ok() ? Row{values[i].ToString()} : std::nullopt);
        }
    }
    return rows;
}

Result<HeadRow> RocksStore::read_head(const rocksdb::ReadOptions& how, GroupId gid) {
    auto head = read_kept_head(how, gid);
    if (!head) return head;
    return in_epoch(*std::move(head), epoch_);
}

Result<HeadRow> RocksStore::read_kept_head(const rocksdb::ReadOptions& how, GroupId gid) {
    const Result<Row> row = get(how, base_.rows, keys::head(gid));
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::unexpected(Error{Code::not_found, "gid"});
    std::optional<HeadRow> head = rows::decode_head(**row);
    if (!head) return unreadable("head", keys::head(gid));
    return std::move(*head);
}

Result<HeadRow> RocksStore::head(GroupId gid) { return read_head({}, gid); }

Result<LogEntry> RocksStore::read_entry(const rocksdb::ReadOptions& how, GroupId gid, Seq seq) {
    const Result<Row> row = get(how, base_.entries, keys::entry(gid, seq));
    if (!row) return std::unexpected(row.error());
    std::optional<LogEntry> entry;
    if (*row) entry = rows::decode_entry(seq, **row);
    if (!entry) return unreadable("entry", keys::entry(gid, seq));
    return std::move(*entry);
}

namespace {

// From `from` on, which is above the floor of `page.head`; `how` has a snapshot.
Result<void> read_page(const Database& base, rocksdb::ReadOptions how, GroupId gid, Seq from,
                       std::size_t count_max, EntryPage& page) {
    if (from > page.head.seq) return {};
    const std::uint64_t count = std::min<std::uint64_t>(
        page.head.seq - from + 1, std::clamp<std::size_t>(count_max, 1, limits::kRangeEntries));
    page.entries.reserve(count);

    // The row before the first one is read only for its digest.
    const bool from_floor = from - 1 == page.head.floor;
    if (from_floor) page.digest_before = page.head.floor_digest;
    Seq next = from_floor ? from : from - 1;
    const std::string end = keys::entry(gid, from + count);
    const rocksdb::Slice upper{end};
    how.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> row{base.db->NewIterator(how, base.entries)};
    std::size_t bytes = 0;
    for (row->Seek(keys::entry(gid, next)); next < from + count; row->Next(), ++next) {
        // A hole is refused as a whole: half a page would be shown as if it were everything.
        if (!row->Valid()) return unreadable("entry", row->status(), keys::entry(gid, next));
        if (keys::parse_entry(row->key().ToStringView()) != next) {
            return unreadable("entry.hole", keys::entry(gid, next));
        }
        const std::string_view value = row->value().ToStringView();
        if (next < from) {
            const std::optional<Digest> digest = rows::decode_entry_digest(value);
            if (!digest) return unreadable("entry.digest", keys::entry(gid, next));
            page.digest_before = *digest;
            continue;
        }
        std::optional<LogEntry> entry = rows::decode_entry(next, value);
        if (!entry) return unreadable("entry", keys::entry(gid, next));
        bytes += entry->bytes->size();
        if (!page.entries.empty() && bytes > limits::kRangeBytes) break;
        page.entries.push_back(std::move(*entry));
    }
    return {};
}

// The newest entries behind the newest damaged place, into `start`. Backwards, so that what is
// damaged ends it: nobody need look for the place.
Result<void> read_newest(const Database& base, const rocksdb::Snapshot* snapshot, GroupId gid,
                         GroupStart& start) {
    const HeadRow& head = start.head;
    start.digest_before = head.digest;
    if (head.seq <= head.floor) return {};
    const std::uint64_t count = std::min<std::uint64_t>(head.seq - head.floor, limits::kRing);
    const Seq first = head.seq - (count - 1);
    const std::string begin = keys::entry(gid, first - 1);
    const std::string end = keys::entry(gid, head.seq + 1);
    const rocksdb::Slice lower{begin};
    const rocksdb::Slice upper{end};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot;
    how.iterate_lower_bound = &lower;
    how.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> row{base.db->NewIterator(how, base.entries)};
    std::vector<LogEntry> newest_first;
    std::optional<Digest> before;  // At the one below the last of them.
    row->SeekToLast();
    for (Seq next = head.seq; next + 1 >= first; next = next - 1, row->Prev()) {
        if (next == head.floor) {
            before = head.floor_digest;
            break;
        }
        const bool there = row->Valid() && keys::parse_entry(row->key().ToStringView()) == next;
        const std::string_view value = there ? row->value().ToStringView() : std::string_view{};
        before = there ? rows::decode_entry_digest(value) : std::nullopt;
        if (next < first && before) break;
        auto entry = before ? rows::decode_entry(next, value) : std::nullopt;
        if (!entry) {
            const auto error = unreadable("entry", row->status(), keys::entry(gid, next));
            if (!is_damage(error.error())) return error;
            break;
        }
        newest_first.push_back(*std::move(entry));
    }
    // Without the digest before it, nobody can tell whether an entry continues the log.
    if (!before && !newest_first.empty()) {
        before = newest_first.back().digest;
        newest_first.pop_back();
    }
    if (!newest_first.empty()) start.digest_before = *before;
    start.newest.assign(std::move_iterator{newest_first.rbegin()},
                        std::move_iterator{newest_first.rend()});
    return {};
}

}  // namespace

Result<EntryPage> RocksStore::entries(GroupId gid, Seq from, std::size_t count_max) {
    rocksdb::ManagedSnapshot snapshot{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot.snapshot();
    Result<HeadRow> head = read_head(how, gid);
    if (!head) return std::unexpected(head.error());
    if (from <= head->floor) {
        return std::unexpected(Error{Code::bad_range, "from", head->floor.value});
    }

    EntryPage page{.digest_before = head->digest, .head = std::move(*head)};
    if (const auto read = read_page(base_, how, gid, from, count_max, page); !read) {
        return std::unexpected(read.error());
    }
    return page;
}

Result<GroupStart> RocksStore::load_group(GroupId gid, Term term, Time sent_since) {
    if (const auto taken = write_term(gid, term); !taken) return std::unexpected(taken.error());
    rocksdb::ManagedSnapshot look{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = look.snapshot();
    auto head = read_head(how, gid);
    if (!head) return std::unexpected(head.error());
    if (head->term != term) return std::unexpected(Error{Code::owner_moved, "term"});
    GroupStart start{.head = *std::move(head)};
    if (const auto read = read_newest(base_, look.snapshot(), gid, start); !read) {
        return std::unexpected(read.error());
    }
    auto sent = read_sent(look.snapshot(), gid, sent_since, limits::kYoungIdsMax);
    if (!sent) return std::unexpected(sent.error());
    start.sent = *std::move(sent);
    const Seq first = start.head.seq - start.newest.size() + 1;
    auto tallies = read_tallies(look.snapshot(), gid, first, start.head.seq);
    if (!tallies && !is_damage(tallies.error())) return std::unexpected(tallies.error());
    if (tallies) start.tallies = *std::move(tallies);
    return start;
}

// What is damaged is left out: whoever wants it is told when they pull it.
Result<GroupChanges> RocksStore::changes(GroupId gid, std::uint64_t since, Seq after) {
    rocksdb::ManagedSnapshot snapshot{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot.snapshot();
    Result<HeadRow> head = read_head(how, gid);
    if (!head) return std::unexpected(head.error());
    EntryPage page{.head = std::move(*head)};
    const Seq from = std::max(after, page.head.floor) + 1;
    const auto read = read_page(base_, how, gid, from, limits::kRangeEntries, page);
    if (!read && !is_damage(read.error())) return std::unexpected(read.error());
    GroupChanges found{.head = std::move(page.head)};
    if (read) found.entries = std::move(page.entries);

    Changed changed;
    found.whole = knows_changes(found.head, since);
    const auto look = [&](std::string_view /*key*/, std::string_view value) -> Result<bool> {
        const auto row = rows::decode_change(value);
        if (!row) return unreadable("change");
        found.whole = changed.add(*row);
        return found.whole;
    };
    if (found.whole) {
        const auto scanned =
            scan(how, base_.rows, keys::change(gid, since + 1), keys::changes_of(gid), look);
        if (!scanned && !is_damage(scanned.error())) return std::unexpected(scanned.error());
        found.whole = found.whole && scanned;
    }
    if (!found.whole) return found;
    std::vector<MemberKey> members;
    for (const UserId uid : changed.members) members.push_back({.gid = gid, .uid = uid});
    const auto rows = read_members(how, members);
    if (!rows && !is_damage(rows.error())) return std::unexpected(rows.error());
    found.whole = rows.has_value();
    if (!found.whole) return found;
    for (std::size_t i = 0; i < members.size(); ++i) {
        found.members.push_back((*rows)[i].value_or(MemberRow{.uid = members[i].uid}));
    }
    for (const Seq seq : changed.entries) {
        if (seq <= found.head.floor) continue;
        Result<LogEntry> entry = read_entry(how, gid, seq);
        if (!entry && !is_damage(entry.error())) return std::unexpected(entry.error());
        if (entry) found.changed.push_back(std::move(*entry));
    }
    return found;
}

Result<Seq> RocksStore::first_at(GroupId gid, Time time) {
    rocksdb::ManagedSnapshot snapshot{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot.snapshot();
    const Result<HeadRow> head = read_head(how, gid);
    if (!head) return std::unexpected(head.error());

    // The first that can be read from `seq` on, as far as `end`; none behind more than a block's.
    const auto readable_from = [&](Seq seq, Seq end) -> Result<std::optional<LogEntry>> {
        for (const Seq from = seq; seq < end && seq - from < kPassedOver; seq = seq + 1) {
            Result<LogEntry> entry = read_entry(how, gid, seq);
            if (entry) return std::optional{std::move(*entry)};
            if (!is_damage(entry.error())) return std::unexpected(entry.error());
        }
        return std::nullopt;
    };

    // Times go back along a log only behind what a clock that had leapt ahead wrote, so the first
    // one is found by halving; there it may be one of those entries.
    Seq first = head->floor + 1;
    Seq end = head->seq + 1;
    while (first < end) {
        const Seq middle = first + (end - first) / 2;
        // What cannot be read is taken to be from the time of what comes next.
        const auto entry = readable_from(middle, end);
        if (!entry) return std::unexpected(entry.error());
        if (*entry && (*entry)->time < time) {
            first = (*entry)->seq + 1;
        } else {
            end = middle;
        }
    }
    return first;
}

}  // namespace stentor::store
