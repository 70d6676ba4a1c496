// Accounts: how they come, change and are closed, and who did what to whom.

#include <algorithm>

#include "store/rocks/engine.h"
#include "store/rocks/newest_rows.h"
#include "store/rocks/rows.h"
#include "store/verdict.h"

namespace stentor::store {

// A change has a row under its number, and the account one that says which, so that the former one
// can be taken away.
Result<void> RocksStore::append_account_change(UserId uid, rocksdb::WriteBatch& batch) {
    const Result<std::uint64_t> newest = read_number({}, keys::meta("account_change"));
    if (!newest) return std::unexpected(newest.error());
    const Result<std::uint64_t> former = read_number({}, keys::account_change_of(uid));
    if (!former) return std::unexpected(former.error());
    const std::uint64_t number = next_number(epoch_, *newest);
    if (*former != 0) batch.Delete(base_.rows, keys::account_change(*former));
    batch.Put(base_.rows, keys::account_change(number), rows::encode(uid.value));
    batch.Put(base_.rows, keys::account_change_of(uid), rows::encode(number));
    batch.Put(base_.rows, keys::meta("account_change"), rows::encode(number));
    return {};
}

Result<void> RocksStore::add_user(const UserRow& user) {
    const std::string name_key = keys::name(user.name_key);
    const std::string user_key = keys::user(user.uid);
    const std::scoped_lock lock{users_};
    for (const std::string& key : {name_key, user_key}) {
        const Result<Row> taken = get({}, base_.rows, key);
        if (!taken) return std::unexpected(taken.error());
        if (*taken) return std::unexpected(Error{Code::name_taken, "name"});
    }
    rocksdb::WriteBatch batch;
    batch.Put(base_.rows, name_key, rows::encode(user.uid.value));
    batch.Put(base_.rows, keys::folded_name(user.name_key), rows::encode(user.uid.value));
    batch.Put(base_.rows, user_key, rows::encode(user));
    if (state_of(user) != AccountState{.uid = user.uid}) {
        if (const auto noted = append_account_change(user.uid, batch); !noted) return noted;
    }
    return write(batch, true);
}

// Every group that has a row of theirs: no index tells where they wait or are banned.
Result<std::vector<Members::MemberKey>> RocksStore::find_rows_of(UserId uid) {
    std::vector<MemberKey> found;
    for (GroupId after;;) {
        const Result<std::vector<GroupHead>> page = groups(after, kGroupsAtOnce);
        if (!page) return std::unexpected(page.error());
        if (page->empty()) return found;
        after = page->back().gid;
        std::vector<MemberKey> keys;
        for (const GroupHead& group : *page) keys.push_back({.gid = group.gid, .uid = uid});
        const auto rows = read_members({}, keys);
        if (!rows) return std::unexpected(rows.error());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if ((*rows)[i]) found.push_back(keys[i]);
        }
    }
}

// Where groups list them by name. `places` was found before commits stood still: groups that they
// joined since are looked for here.
Result<void> RocksStore::append_other_name(const UserRow& before, const UserRow& after,
                                           std::vector<MemberKey> places,
                                           rocksdb::WriteBatch& batch) {
    const auto joined = read_groups({}, {&after.uid, 1}, ~std::size_t{0});
    if (!joined) return std::unexpected(joined.error());
    for (const GroupId gid : joined->front()) places.push_back({.gid = gid, .uid = after.uid});
    const auto rows = read_members({}, places);
    if (!rows) return std::unexpected(rows.error());
    for (std::size_t i = 0; i < places.size(); ++i) {
        const GroupId gid = places[i].gid;
        for (const Listed whom :
             {Listed::members, Listed::waiting, Listed::banned, Listed::staff}) {
            batch.Delete(base_.rows, keys::named(gid, whom, before.name_key, after.uid));
            if (!(*rows)[i] || !is_listed(*(*rows)[i], whom)) continue;
            batch.Put(base_.rows, keys::named(gid, whom, after.name_key, after.uid), after.name);
        }
    }
    batch.Delete(base_.rows, keys::name(before.name_key));
    batch.Put(base_.rows, keys::name(after.name_key), rows::encode(after.uid.value));
    batch.Delete(base_.rows, keys::folded_name(before.name_key));
    batch.Put(base_.rows, keys::folded_name(after.name_key), rows::encode(after.uid.value));
    return {};
}

Result<RocksStore::UserChange> RocksStore::change_of(UserId uid, const Edit& edit) {
    Result<std::optional<UserRow>> kept = user(uid);
    if (!kept) return std::unexpected(kept.error());
    if (!*kept) return std::unexpected(Error{Code::not_found, "uid"});
    Result<UserRow> after = changed(**kept, edit);
    if (!after) return std::unexpected(after.error());
    return UserChange{.before = **std::move(kept), .after = *std::move(after)};
}

Result<UserRow> RocksStore::change_user(UserId uid, const Edit& edit) {
    const auto written = [&](const UserChange& change,
                             std::vector<MemberKey> places) -> Result<UserRow> {
        const auto done = write_change(change.before, change.after, std::move(places));
        if (!done) return std::unexpected(done.error());
        return change.after;
    };
    {
        const std::scoped_lock lock{users_};
        const auto change = change_of(uid, edit);
        if (!change) return std::unexpected(change.error());
        if (change->after.name == change->before.name) return written(*change, {});
    }
    // The look at all groups is long, so commits and other changes go on meanwhile; they stand
    // still only while the name changes.
    auto places = find_rows_of(uid);
    if (!places) return std::unexpected(places.error());
    const std::scoped_lock order{order_};
    const std::scoped_lock lock{users_};
    const auto change = change_of(uid, edit);
    if (!change) return std::unexpected(change.error());
    return written(*change, *std::move(places));
}

Result<void> RocksStore::write_change(const UserRow& before, const UserRow& after,
                                      std::vector<MemberKey> places) {
    if (after == before) return {};
    rocksdb::WriteBatch batch;
    if (after.name != before.name) {
        const Result<Row> taken = get({}, base_.rows, keys::name(after.name_key));
        if (!taken) return std::unexpected(taken.error());
        if (*taken && after.name_key != before.name_key) {
            return std::unexpected(Error{Code::name_taken, "name"});
        }
        const auto named = append_other_name(before, after, std::move(places), batch);
        if (!named) return named;
    }
    batch.Put(base_.rows, keys::user(after.uid), rows::encode(after));
    if (state_of(after) != state_of(before)) {
        if (const auto noted = append_account_change(after.uid, batch); !noted) return noted;
    }
    return write(batch, true);
}

Result<AccountChanges> RocksStore::account_changes(std::uint64_t after, std::size_t count_max) {
    // The head is read first: what changes in between is above it, and met by the next look.
    const Result<std::uint64_t> head = read_number({}, keys::meta("account_change"));
    if (!head) return std::unexpected(head.error());
    AccountChanges changes{.head = *head};
    const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
        if (changes.rows.size() == count_max) return false;
        const auto number = keys::parse_numbered(key);
        const auto uid = rows::decode_number(value);
        if (!number || !uid) return unreadable("account_change");
        const Result<std::optional<UserRow>> row = user(UserId{*uid});
        if (!row) return std::unexpected(row.error());
        if (!*row) return unreadable("account_change");
        changes.rows.push_back({.number = *number, .state = state_of(**row)});
        return true;
    };
    const auto scanned = scan({}, base_.rows, keys::after_row(keys::account_change(after)),
                              keys::account_changes(), visit);
    if (!scanned) return std::unexpected(scanned.error());
    if (!changes.rows.empty()) changes.head = std::max(changes.head, changes.rows.back().number);
    return changes;
}

// ---- The audit

Result<void> RocksStore::add_audit(std::span<const AuditRow> added) {
    if (added.empty()) return {};
    const std::scoped_lock lock{audit_};
    const std::string newest_key = keys::meta("audit");
    const Result<std::uint64_t> newest = read_number({}, newest_key);
    if (!newest) return std::unexpected(newest.error());
    rocksdb::WriteBatch batch;
    std::uint64_t number = *newest;
    for (const AuditRow& row : added) {
        number = next_number(epoch_, number);
        batch.Put(base_.rows, keys::audit(number), rows::encode(row));
    }
    batch.Put(base_.rows, newest_key, rows::encode(number));
    return write(batch, true);
}

Result<std::vector<AuditRow>> RocksStore::audit(std::uint64_t before, std::size_t count_max) {
    if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
    const std::string first = keys::audits();
    const std::string end = before == 0 ? keys::after(first) : keys::audit(before);
    const auto decode = [](std::string_view key, std::string_view value) {
        const auto number = keys::parse_numbered(key);
        return number ? rows::decode_audit(*number, value) : std::optional<AuditRow>{};
    };
    return newest_rows<AuditRow>(base_, first, end, count_max, "audit", decode);
}

Result<void> RocksStore::forget_audit_before(Time time) {
    const std::scoped_lock lock{audit_};
    std::string kept = keys::after(keys::audits());
    bool any = false;
    const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
        const auto number = keys::parse_numbered(key);
        const auto row = number ? rows::decode_audit(*number, value) : std::nullopt;
        if (!row) return unreadable("audit");
        if (row->time < time) return any = true;
        kept = key;
        return false;
    };
    const auto scanned = scan({}, base_.rows, keys::audits(), keys::audits(), visit);
    if (!scanned) return std::unexpected(scanned.error());
    if (!any) return {};
    rocksdb::WriteBatch batch;
    batch.DeleteRange(base_.rows, keys::audits(), kept);
    return write(batch, false);
}

}  // namespace stentor::store
