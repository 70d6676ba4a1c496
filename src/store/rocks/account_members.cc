#include <rocksdb/snapshot.h>

#include <algorithm>
#include <map>

#include "store/rocks/engine.h"
#include "store/rocks/keys.h"
#include "store/rocks/rows.h"
#include "store/verdict.h"

namespace stentor::store {

// A read position has a row of its own, which only advance_read writes, and the member's row holds
// the one that its last commit knew: the larger is true. So neither can undo the other.
Result<std::vector<std::optional<MemberRow>>> RocksStore::read_members(
    const rocksdb::ReadOptions& how, std::span<const MemberKey> members) {
    std::vector<std::string> keys;
    keys.reserve(2 * members.size());
    for (const auto& [gid, uid] : members) {
        keys.push_back(keys::member(gid, uid));
        keys.push_back(keys::read_position(gid, uid));
    }
    const Result<std::vector<Row>> rows = get(how, base_.rows, keys);
    if (!rows) return std::unexpected(rows.error());
    std::vector<std::optional<MemberRow>> found(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
        const Row& row = (*rows)[2 * i];
        const Row& position = (*rows)[2 * i + 1];
        if (!row) continue;
        found[i] = rows::decode_member(members[i].uid, *row);
        if (!found[i]) return unreadable("member", keys[2 * i]);
        if (!position) continue;
        const auto read = rows::decode_number(*position);
        if (!read) return unreadable("read", keys[2 * i + 1]);
        found[i]->read = std::max(found[i]->read, Seq{*read});
    }
    return found;
}

Result<std::optional<MemberRow>> RocksStore::read_member(const rocksdb::ReadOptions& how,
                                                         GroupId gid, UserId uid) {
    const MemberKey key{.gid = gid, .uid = uid};
    auto members = read_members(how, {&key, 1});
    if (!members) return std::unexpected(members.error());
    return std::move(members->front());
}

Result<std::vector<std::optional<MemberRow>>> RocksStore::member_rows(
    std::span<const MemberKey> keys) {
    rocksdb::ManagedSnapshot snapshot{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot.snapshot();
    return read_members(how, keys);
}

Result<std::optional<MemberRow>> RocksStore::member(GroupId gid, UserId uid) {
    rocksdb::ManagedSnapshot snapshot{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot.snapshot();
    return read_member(how, gid, uid);
}

Result<std::vector<MemberRow>> RocksStore::members(GroupId gid, UserId after,
                                                   std::size_t count_max) {
    if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
    const std::string end = keys::after(keys::members_of(gid));
    const rocksdb::Slice upper{end};
    rocksdb::ReadOptions how;
    how.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> row{base_.db->NewIterator(how, base_.rows)};

    std::vector<MemberRow> members;
    for (row->Seek(keys::after(keys::read_position(gid, after))); row->Valid(); row->Next()) {
        const auto key = keys::parse_member(row->key().ToStringView());
        if (!key) return unreadable("member.key", row->key().ToStringView());
        if (key->is_read_position) {
            const auto read = rows::decode_number(row->value().ToStringView());
            if (!read || members.empty() || members.back().uid != key->uid) {
                return unreadable("read", row->key().ToStringView());
            }
            members.back().read = std::max(members.back().read, Seq{*read});
            continue;
        }
        if (members.size() == count_max) break;
        const auto member = rows::decode_member(key->uid, row->value().ToStringView());
        if (!member) return unreadable("member", row->key().ToStringView());
        members.push_back(*member);
    }
    if (!row->status().ok()) return unreadable("member", row->status(), keys::members_of(gid));
    return members;
}

Result<std::vector<std::vector<GroupId>>> RocksStore::read_groups(const rocksdb::ReadOptions& how,
                                                                  std::span<const UserId> uids,
                                                                  std::size_t count_max) {
    if (stopped_) return std::unexpected(Error{Code::store_unavailable, "stopped"});
    const std::unique_ptr<rocksdb::Iterator> row{base_.db->NewIterator(how, base_.rows)};
    std::vector<std::vector<GroupId>> lists(uids.size());
    for (std::size_t i = 0; i < uids.size(); ++i) {
        const std::string own = keys::memberships_of(uids[i]);
        for (row->Seek(own); row->Valid() && row->key().starts_with(own); row->Next()) {
            if (lists[i].size() == count_max) break;
            const auto gid = keys::parse_membership(row->key().ToStringView());
            if (!gid) return unreadable("membership.key");
            lists[i].push_back(*gid);
        }
        if (!row->status().ok()) return unreadable("membership", row->status());
    }
    return lists;
}

Result<std::vector<std::vector<GroupId>>> RocksStore::group_lists(std::span<const UserId> uids,
                                                                  std::size_t count_max) {
    return read_groups({}, uids, count_max);
}

Result<std::vector<Membership>> RocksStore::memberships(UserId uid, std::size_t count_max) {
    rocksdb::ManagedSnapshot snapshot{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot.snapshot();
    const auto lists = read_groups(how, {&uid, 1}, count_max);
    if (!lists) return std::unexpected(lists.error());
    std::vector<MemberKey> keys;
    for (const GroupId gid : lists->front()) keys.push_back({.gid = gid, .uid = uid});
    auto members = read_members(how, keys);
    if (!members) return std::unexpected(members.error());
    std::vector<Membership> memberships;
    memberships.reserve(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        std::optional<MemberRow>& member = (*members)[i];
        if (!member) return unreadable("membership");
        memberships.push_back({.gid = keys[i].gid, .row = *std::move(member)});
    }
    return memberships;
}

Result<void> RocksStore::append_positions(std::span<const ReadPosition> positions,
                                          const std::map<GroupId, const Commit*>& commits,
                                          rocksdb::WriteBatch& batch) {
    std::map<GroupId, std::vector<ReadPosition>> by_group;
    for (const ReadPosition& position : positions) by_group[position.gid].push_back(position);
    for (const auto& [gid, all] : by_group) {
        const auto found = commits.find(gid);
        const Commit* commit = found == commits.end() ? nullptr : found->second;
        const Result<HeadRow> head = commit != nullptr ? commit->head : read_head({}, gid);
        if (!head && head.error().code == Code::not_found) continue;
        if (!head) return std::unexpected(head.error());
        std::map<UserId, Seq> furthest;
        for (const ReadPosition& position : all) {
            if (!may_advance(*head, epoch_, position)) continue;
            Seq& read = furthest[position.uid];
            read = std::max(read, position.read);
        }
        for (const auto& [uid, read] : furthest) {
            const Result<std::optional<MemberRow>> member = read_member({}, gid, uid);
            if (!member) return std::unexpected(member.error());
            const bool comes =
                !*member && commit != nullptr &&
                std::ranges::find(commit->members, uid, &MemberRow::uid) != commit->members.end();
            if (!comes && (!*member || (*member)->read >= read)) continue;
            batch.Put(base_.rows, keys::read_position(gid, uid), rows::encode(read.value));
        }
    }
    return {};
}

Result<void> RocksStore::advance_read(std::span<const ReadPosition> positions) {
    const GroupLocks locks = lock_groups({}, positions);
    rocksdb::WriteBatch batch;
    if (const auto appended = append_positions(positions, {}, batch); !appended) return appended;
    if (batch.Count() == 0) return {};
    return write(batch, false);
}

Result<std::vector<NamedMember>> RocksStore::members_by_name(GroupId gid, std::string_view prefix,
                                                             const NamePlace& after, Listed whom,
                                                             std::size_t count_max) {
    rocksdb::ManagedSnapshot snapshot{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot.snapshot();
    const std::string like = keys::named_like(gid, whom, prefix);
    const std::string begin =
        std::max(like, keys::after_row(keys::named(gid, whom, after.name_key, after.uid)));
    std::vector<NamedMember> found;
    const auto scanned = scan(how, base_.rows, begin, like,
                              [&](std::string_view key, std::string_view value) -> Result<bool> {
                                  if (found.size() == count_max) return false;
                                  const auto uid = keys::parse_named(key);
                                  if (!uid) return unreadable("named.key");
                                  const auto member = read_member(how, gid, *uid);
                                  if (!member) return std::unexpected(member.error());
                                  if (!*member) return unreadable("named");
                                  found.push_back({.row = **member, .name = std::string{value}});
                                  return true;
                              });
    if (!scanned) return std::unexpected(scanned.error());
    return found;
}

Result<std::optional<UserRow>> RocksStore::user(UserId uid) {
    auto rows = user_rows({&uid, 1});
    if (!rows) return std::unexpected(rows.error());
    return std::move(rows->front());
}

Result<std::vector<std::optional<UserRow>>> RocksStore::user_rows(std::span<const UserId> uids) {
    std::vector<std::string> keys;
    keys.reserve(uids.size());
    for (const UserId uid : uids) keys.push_back(keys::user(uid));
    const Result<std::vector<Row>> rows = get({}, base_.rows, keys);
    if (!rows) return std::unexpected(rows.error());
    std::vector<std::optional<UserRow>> users(uids.size());
    for (std::size_t i = 0; i < uids.size(); ++i) {
        const Row& row = (*rows)[i];
        if (!row) continue;
        users[i] = rows::decode_user(uids[i], *row);
        if (!users[i]) return unreadable("user");
    }
    return users;
}

// Users are never deleted; one who is erased in between is found without their name.
Result<std::optional<UserRow>> RocksStore::user_by_name(std::string_view name_key) {
    const Result<Row> row = get({}, base_.rows, keys::name(name_key));
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    const auto uid = rows::decode_number(**row);
    if (!uid) return unreadable("name");
    Result<std::optional<UserRow>> found = user(UserId{*uid});
    if (found && *found && (*found)->name_key != name_key) return std::nullopt;
    return found;
}

Result<std::vector<UserRow>> RocksStore::users_by_name(std::string_view prefix,
                                                       std::string_view after_key,
                                                       std::size_t count_max) {
    const std::string like = keys::folded_names_like(prefix);
    const std::string begin =
        after_key.empty() ? like : std::max(like, keys::after_row(keys::folded_name(after_key)));
    std::vector<UserRow> found;
    const auto scanned = scan({}, base_.rows, begin, like,
                              [&](std::string_view key, std::string_view value) -> Result<bool> {
                                  if (found.size() == count_max) return false;
                                  const auto uid = rows::decode_number(value);
                                  if (!uid) return unreadable("name");
                                  auto row = user(UserId{*uid});
                                  if (!row) return std::unexpected(row.error());
                                  if (!*row) return unreadable("user");
                                  if (keys::folded_name((*row)->name_key) != key) return true;
                                  found.push_back(**std::move(row));
                                  return true;
                              });
    if (!scanned) return std::unexpected(scanned.error());
    return found;
}

}  // namespace stentor::store
