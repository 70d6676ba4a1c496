// What is read in an order of its own: all groups, the feed, a user's own log, settings.

#include <rocksdb/snapshot.h>

#include <algorithm>

#include "base/feed_number.h"
#include "base/limits.h"
#include "store/rocks/engine.h"
#include "store/rocks/rows.h"
#include "store/user_log.h"
#include "store/verdict.h"

namespace stentor::store {
namespace {

// The number of the feed's row at `number` or, where there is none, of the one below; 0: none.
Result<std::uint64_t> row_at_or_below(const Database& base, const rocksdb::ReadOptions& how,
                                      std::uint64_t number) {
    const std::unique_ptr<rocksdb::Iterator> row{base.db->NewIterator(how, base.feed)};
    row->SeekForPrev(keys::fixed(number));
    if (!row->status().ok()) return unreadable("feed", row->status());
    return row->Valid() ? keys::parse_fixed(row->key().ToStringView()).value_or(0) : 0;
}

}  // namespace

Result<void> RocksStore::scan(const rocksdb::ReadOptions& how, rocksdb::ColumnFamilyHandle* table,
                              const std::string& begin, const std::string& prefix,
                              const VisitRow& visit) {
    if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
    const std::unique_ptr<rocksdb::Iterator> row{base_.db->NewIterator(how, table)};
    for (row->Seek(begin); row->Valid() && row->key().starts_with(prefix); row->Next()) {
        const Result<bool> more = visit(row->key().ToStringView(), row->value().ToStringView());
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
    }
    if (!row->status().ok()) return unreadable("row", row->status());
    return {};
}

// 0 where there is no such row.
Result<std::uint64_t> RocksStore::read_number(const rocksdb::ReadOptions& how,
                                              const std::string& key) {
    const Result<Row> row = get(how, base_.rows, key);
    if (!row) return std::unexpected(row.error());
    if (!*row) return 0;
    const auto number = rows::decode_number(**row);
    if (!number) return unreadable("number");
    return *number;
}

Result<std::vector<GroupLog::GroupHead>> RocksStore::groups(GroupId after, std::size_t count_max) {
    std::vector<GroupHead> found;
    const auto scanned =
        scan({}, base_.rows, keys::after_row(keys::head(after)), keys::heads(),
             [&](std::string_view key, std::string_view value) -> Result<bool> {
                 if (found.size() == count_max) return false;
                 const auto gid = keys::parse_head(key);
                 auto head = rows::decode_head(value);
                 if (!gid || !head) return unreadable("head");
                 found.push_back({.gid = *gid, .head = in_epoch(*std::move(head), epoch_)});
                 return true;
             });
    if (!scanned) return std::unexpected(scanned.error());
    return found;
}

Result<std::vector<std::uint64_t>> RocksStore::user_log_heads(std::span<const UserId> uids) {
    std::vector<std::string> keys;
    keys.reserve(uids.size());
    for (const UserId uid : uids) keys.push_back(keys::user_log_head(uid));
    const Result<std::vector<Row>> rows = get({}, base_.rows, keys);
    if (!rows) return std::unexpected(rows.error());
    std::vector<std::uint64_t> heads(uids.size());
    for (std::size_t i = 0; i < uids.size(); ++i) {
        const Row& row = (*rows)[i];
        if (!row) continue;
        const auto head = rows::decode_number(*row);
        if (!head) return unreadable("number");
        heads[i] = *head;
    }
    return heads;
}

Result<UserLogPage> RocksStore::user_log(UserId uid, std::uint64_t after, std::size_t count_max) {
    rocksdb::ManagedSnapshot snapshot{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot.snapshot();
    const Result<std::uint64_t> head = read_number(how, keys::user_log_head(uid));
    if (!head) return std::unexpected(head.error());
    UserLogPage page{.head = *head};
    if (*head == 0 && after == 0) return page;

    // The row of `after` also tells whether its number was given in another history.
    const Result<Row> there = get(how, base_.rows, keys::user_log(uid, place_of(after)));
    if (!there) return std::unexpected(there.error());
    bool kept = after == 0 && oldest_place(*head) == 1;
    if (*there) {
        const auto line = rows::decode_user_log(**there);
        if (!line) return unreadable("user_log");
        kept = line->user_log_seq == after;
    }
    if (!kept) {
        page.reset = true;
        return page;
    }
    if (after == *head) return page;
    const std::size_t count = std::clamp<std::size_t>(count_max, 1, limits::kUserLogPage);
    const auto scanned =
        scan(how, base_.rows, keys::user_log(uid, place_of(after) + 1), keys::user_log_of(uid),
             [&](std::string_view, std::string_view value) -> Result<bool> {
                 if (page.entries.size() == count) return false;
                 auto line = rows::decode_user_log(value);
                 if (!line) return unreadable("user_log");
                 page.entries.push_back(std::move(line->entry));
                 return true;
             });
    if (!scanned) return std::unexpected(scanned.error());
    return page;
}

Result<FeedPage> RocksStore::feed(std::uint64_t after, std::size_t count_max) {
    rocksdb::ManagedSnapshot snapshot{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot.snapshot();
    const Result<std::uint64_t> floor = read_number(how, keys::meta("feed_floor"));
    if (!floor) return std::unexpected(floor.error());
    FeedPage page{.head = *floor, .floor = *floor};
    {
        const std::unique_ptr<rocksdb::Iterator> last{base_.db->NewIterator(how, base_.feed)};
        last->SeekToLast();
        if (!last->status().ok()) return unreadable("feed", last->status());
        if (last->Valid()) {
            page.head = keys::parse_fixed(last->key().ToStringView()).value_or(page.head);
        }
    }
    if (after > page.floor) {
        const Result<std::uint64_t> row = row_at_or_below(base_, how, after);
        if (!row) return std::unexpected(row.error());
        if (*row != after) return std::unexpected(lost_feed_place(std::max(*row, page.floor)));
    }
    std::uint64_t last = std::max(after, page.floor);
    const auto scanned = scan(how, base_.feed, keys::fixed(last + 1), {},
                              [&](std::string_view key, std::string_view value) -> Result<bool> {
                                  if (page.rows.size() == count_max) return false;
                                  const std::uint64_t number = keys::parse_fixed(key).value_or(0);
                                  auto row = rows::decode_feed(number, value);
                                  if (!row || feed_place(number) != feed_place(last) + 1) {
                                      return unreadable("feed");
                                  }
                                  last = number;
                                  page.rows.push_back(*std::move(row));
                                  return true;
                              });
    if (!scanned) return std::unexpected(scanned.error());
    if (page.rows.size() < count_max && last < page.head) return unreadable("feed.end");
    return page;
}

Result<void> RocksStore::forget_feed(std::uint64_t number) {
    const std::scoped_lock lock{order_};
    const Result<std::uint64_t> floor = read_number({}, keys::meta("feed_floor"));
    if (!floor) return std::unexpected(floor.error());
    // Of what is asked for only the place counts: it may have been given in an older epoch.
    const std::uint64_t place = feed_place(number);
    for (number = std::min(number, feed_head_); number > *floor;) {
        const Result<std::uint64_t> row = row_at_or_below(base_, {}, number);
        if (!row) return std::unexpected(row.error());
        number = *row;
        if (feed_place(number) <= place) break;
        number -= feed_place(number) - place;
    }
    if (number <= *floor) return {};
    rocksdb::WriteBatch batch;
    batch.Put(base_.rows, keys::meta("feed_floor"), rows::encode(number));
    batch.DeleteRange(base_.feed, keys::fixed(*floor + 1), keys::fixed(number + 1));
    return write(batch, false);
}

Result<std::optional<std::string>> RocksStore::setting(std::string_view name) {
    return get({}, base_.rows, keys::setting(name));
}

Result<void> RocksStore::set_setting(std::string_view name, std::optional<std::string_view> value) {
    if (const auto error = refuse_setting(name, value)) return std::unexpected(*error);
    const std::scoped_lock lock{small_};
    return write_setting(name, value);
}

Result<void> RocksStore::replace_setting(std::string_view name,
                                         std::optional<std::string_view> former,
                                         std::optional<std::string_view> value) {
    if (const auto error = refuse_setting(name, value)) return std::unexpected(*error);
    const std::scoped_lock lock{small_};
    const Result<Row> kept = setting(name);
    if (!kept) return std::unexpected(kept.error());
    if (*kept != former) return std::unexpected(kSettingChanged);
    return write_setting(name, value);
}

Result<void> RocksStore::write_setting(std::string_view name,
                                       std::optional<std::string_view> value) {
    rocksdb::WriteBatch batch;
    if (value) {
        batch.Put(base_.rows, keys::setting(name), *value);
    } else {
        batch.Delete(base_.rows, keys::setting(name));
    }
    return write(batch, true);
}

Result<std::vector<Store::Setting>> RocksStore::settings(std::string_view prefix) {
    std::vector<Setting> found;
    const std::string begin = keys::setting(prefix);
    const auto scanned = scan({}, base_.rows, begin, begin,
                              [&](std::string_view key, std::string_view value) -> Result<bool> {
                                  found.push_back({std::string{key.substr(1)}, std::string{value}});
                                  return true;
                              });
    if (!scanned) return std::unexpected(scanned.error());
    return found;
}

}  // namespace stentor::store
