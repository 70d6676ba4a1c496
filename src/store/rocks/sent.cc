#include <rocksdb/convenience.h>

#include "store/rocks/engine.h"
#include "store/rocks/keys.h"
#include "store/rocks/rows.h"

namespace stentor::store {

Result<std::optional<SentRow>> RocksStore::sent(GroupId gid, UserId uid, Cmid cmid) {
    const Result<Row> row = get({}, base_.sent, keys::sent(gid, uid, cmid));
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    std::optional<SentRow> sent = rows::decode_sent(uid, cmid, **row);
    if (!sent) return unreadable("sent");
    return sent;
}

Result<std::vector<SentRow>> RocksStore::sent_since(GroupId gid, Time since,
                                                    std::size_t count_max) {
    return read_sent(nullptr, gid, since, count_max);
}

// Walks backwards, from the newest day there is to that of `since`: a group's rows of one day stand
// together, so each day costs one seek, and days without rows are leapt over.
Result<std::vector<SentRow>> RocksStore::read_sent(const rocksdb::Snapshot* snapshot, GroupId gid,
                                                   Time since, std::size_t count_max) {
    if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
    const keys::Day first_day = keys::day_of(since);
    const std::string lower = keys::sent_on(first_day);
    const rocksdb::Slice lower_slice{lower};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot;
    how.iterate_lower_bound = &lower_slice;
    const std::unique_ptr<rocksdb::Iterator> row{base_.db->NewIterator(how, base_.sent)};

    std::vector<SentRow> rows;
    row->SeekToLast();
    while (row->Valid() && rows.size() < count_max) {
        const auto key = keys::parse_sent(row->key().ToStringView());
        if (!key) return unreadable("sent.key");
        if (key->gid == gid) {
            if (key->cmid.time() < since) break;
            const auto sent = rows::decode_sent(key->uid, key->cmid, row->value().ToStringView());
            if (!sent) return unreadable("sent");
            rows.push_back(*sent);
            row->Prev();
            continue;
        }
        // Above this day's rows of the group, or below them and hence done with the day.
        const bool above = key->gid > gid;
        if (!above && key->day == first_day) break;
        const std::string end =
            above ? keys::after(keys::sent_of(key->day, gid)) : keys::sent_on(key->day);
        row->SeekForPrev(end);
    }
    if (!row->status().ok()) return unreadable("sent", row->status());
    return rows;
}

Result<void> RocksStore::forget_sent_before(Time time) {
    if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
    const keys::Day kept = keys::day_of(time);
    {
        // Most calls find that the day is gone already; tombstones without use would pile up.
        const std::unique_ptr<rocksdb::Iterator> row{base_.db->NewIterator({}, base_.sent)};
        row->SeekToFirst();
        if (!row->status().ok()) return unreadable("sent", row->status());
        if (!row->Valid()) return {};
        const auto oldest = keys::parse_sent(row->key().ToStringView());
        if (oldest && oldest->day >= kept) return {};
    }
    const std::string end = keys::sent_on(kept);
    const rocksdb::Slice begin_slice{""};
    const rocksdb::Slice end_slice{end};
    // Whole files first, without reading them; the tombstone is for what shares one with newer
    // rows.
    const rocksdb::Status dropped =
        rocksdb::DeleteFilesInRange(base_.db.get(), base_.sent, &begin_slice, &end_slice, false);
    if (!dropped.ok()) return unreadable("sent", dropped);
    rocksdb::WriteBatch batch;
    batch.DeleteRange(base_.sent, begin_slice, end_slice);
    return write(batch, false);
}

}  // namespace stentor::store
