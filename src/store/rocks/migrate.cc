// What an earlier version wrote, brought to the newest form. Rows of an older version are readable
// as they are (rows.h), so only what was not there before is written. Every row that is written
// follows from rows of before, so that one who was cut short begins again.

#include "store/rocks/engine.h"
#include "store/rocks/rows.h"
#include "store/verdict.h"

namespace stentor::store {
namespace {

constexpr std::uint32_t kRowsPerWrite = 10'000;

// Many rows go in parts. True: the next one may follow.
template <class Write>
Result<bool> write_if_full(rocksdb::WriteBatch& batch, Write& write) {
    if (batch.Count() < kRowsPerWrite) return true;
    if (const auto written = write(batch); !written) return std::unexpected(written.error());
    batch.Clear();
    return true;
}

}  // namespace

Result<void> RocksStore::bring_to_newest_format(std::uint64_t from) {
    if (from < 3) {
        if (const auto indexed = index_accounts(); !indexed) return indexed;
        if (const auto listed = list_staff(); !listed) return listed;
    }
    if (const auto folded = fold_names(); !folded) return folded;
    rocksdb::WriteBatch batch;
    batch.Put(base_.rows, keys::meta("format"), rows::encode(kFormat));
    return write(batch, true);
}

// Format 2 had no index of accounts that are not simply good.
Result<void> RocksStore::index_accounts() {
    rocksdb::WriteBatch batch;
    std::uint64_t number = 0;
    const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
        const auto uid = keys::parse_numbered(key);
        const auto row = uid ? rows::decode_user(UserId{*uid}, value) : std::nullopt;
        if (!row) return unreadable("user", key);
        if (state_of(*row) == AccountState{.uid = row->uid}) return true;
        number = next_number(epoch_, number);
        batch.Put(base_.rows, keys::account_change(number), rows::encode(row->uid.value));
        batch.Put(base_.rows, keys::account_change_of(row->uid), rows::encode(number));
        return true;
    };
    const auto scanned = scan({}, base_.rows, keys::users(), keys::users(), visit);
    if (!scanned) return std::unexpected(scanned.error());
    if (number == 0) return {};
    batch.Put(base_.rows, keys::meta("account_change"), rows::encode(number));
    return write(batch, false);
}

// Nor did it list staff apart, and all lists folded names by ASCII's letters alone: they are made
// anew.
Result<void> RocksStore::list_staff() {
    rocksdb::WriteBatch batch;
    batch.DeleteRange(base_.rows, keys::all_named(), keys::after(keys::all_named()));
    const auto write_part = [this](rocksdb::WriteBatch& some) { return write(some, false); };
    const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
        const auto place = keys::parse_member(key);
        if (!place) return unreadable("member.key", key);
        if (place->is_read_position) return true;
        const auto row = rows::decode_member(place->uid, value);
        if (!row) return unreadable("member", key);
        const Result<std::optional<UserRow>> named = user(place->uid);
        if (!named) return std::unexpected(named.error());
        if (!*named) return true;
        for (const Listed whom :
             {Listed::members, Listed::waiting, Listed::banned, Listed::staff}) {
            if (!is_listed(*row, whom)) continue;
            batch.Put(base_.rows, keys::named(place->gid, whom, (*named)->name_key, place->uid),
                      (*named)->name);
        }
        return write_if_full(batch, write_part);
    };
    const auto scanned = scan({}, base_.rows, keys::members(), keys::members(), visit);
    if (!scanned) return std::unexpected(scanned.error());
    return batch.Count() == 0 ? Result<void>{} : write(batch, false);
}

// Format 3 listed accounts by their names as ASCII's letters fold them.
Result<void> RocksStore::fold_names() {
    rocksdb::WriteBatch batch;
    batch.DeleteRange(base_.rows, keys::all_folded_names(), keys::after(keys::all_folded_names()));
    const auto write_part = [this](rocksdb::WriteBatch& some) { return write(some, false); };
    const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
        const auto uid = keys::parse_numbered(key);
        const auto row = uid ? rows::decode_user(UserId{*uid}, value) : std::nullopt;
        if (!row) return unreadable("user", key);
        batch.Put(base_.rows, keys::folded_name(row->name_key), rows::encode(row->uid.value));
        return write_if_full(batch, write_part);
    };
    const auto scanned = scan({}, base_.rows, keys::users(), keys::users(), visit);
    if (!scanned) return std::unexpected(scanned.error());
    return batch.Count() == 0 ? Result<void>{} : write(batch, false);
}

}  // namespace stentor::store
