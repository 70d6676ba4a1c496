// The rows of a commit.

#include <set>
#include <string>
#include <utility>

#include "base/feed_number.h"
#include "base/limits.h"
#include "store/changes.h"
#include "store/moderation.h"
#include "store/rocks/engine.h"
#include "store/rocks/rows.h"
#include "store/user_log.h"
#include "store/verdict.h"

namespace stentor::store {
namespace {

// Up to this many old entries are deleted one by one: a range tombstone in the write buffer is
// looked at by every later read of the table.
constexpr std::uint64_t kSinglyDeleted = 1'024;

// One by one, and only of long histories: most groups never have so many versions.
void append_change(const Database& base, const Commit& commit, rocksdb::WriteBatch& batch) {
    const std::uint64_t version = commit.head.version;
    if (const auto row = change_row(commit)) {
        batch.Put(base.rows, keys::change(commit.gid, version), rows::encode(*row));
    }
    if (version > limits::kChangesKept) {
        batch.Delete(base.rows, keys::change(commit.gid, version - limits::kChangesKept));
    }
}

}  // namespace

// Everything that is read is read before the first row is put, so that a failure leaves nothing.
Result<void> RocksStore::find_out(const Commit& commit, Seq former_floor, Known& known) {
    known.moderation.clear();
    if (changes_moderation(commit, former_floor)) {
        auto kept = moderation(commit.gid, 0, limits::kModerationRows);
        if (!kept) return std::unexpected(kept.error());
        known.moderation = std::move(*kept);
    }
    for (const MemberRow& row : commit.members) {
        if (known.users.contains(row.uid)) continue;
        const Result<std::optional<UserRow>> found = user(row.uid);
        if (!found) return std::unexpected(found.error());
        if (*found) known.users.emplace(row.uid, **found);
    }
    for (const UserEvent& event : commit.user_events) {
        if (known.user_logs.contains(event.uid)) continue;
        const Result<std::uint64_t> newest = read_number({}, keys::user_log_head(event.uid));
        if (!newest) return std::unexpected(newest.error());
        known.user_logs.emplace(event.uid, *newest);
    }
    return {};
}

Result<bool> RocksStore::take_places(const Commit& commit, Known& known) {
    bool room = true;
    for (const UserId uid : commit.joining) {
        if (!known.groups.contains(uid)) {
            const auto lists = read_groups({}, {&uid, 1}, limits::kGroupsPerUser);
            if (!lists) return std::unexpected(lists.error());
            known.groups[uid] = {lists->front().begin(), lists->front().end()};
        }
        const std::set<GroupId>& groups = known.groups[uid];
        room = room && (groups.size() < limits::kGroupsPerUser || groups.contains(commit.gid));
    }
    for (const UserId uid : commit.joining) {
        if (room) known.groups[uid].insert(commit.gid);
    }
    return room;
}

void RocksStore::append(const Commit& commit, const HeadRow& before, Known& known,
                        rocksdb::WriteBatch& batch) {
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
    append_members(commit, known, batch);
    append_change(base_, commit, batch);
    append_beside(commit, before.floor, batch);
    if (changes_moderation(commit, before.floor)) append_moderation(commit, known, batch);
    append_user_events(commit, known, batch);
    drop_entries(gid, before.floor, commit.head.floor, batch);
    if (const auto row = feed_row(next_feed_number(epoch_, feed_head_), before.seq, commit)) {
        feed_head_ = row->number;
        batch.Put(base_.feed, keys::fixed(feed_head_), rows::encode(*row));
    }
}

void RocksStore::append_members(const Commit& commit, const Known& known,
                                rocksdb::WriteBatch& batch) {
    const auto set = [&](const std::string& key, bool there, std::string_view value) {
        if (there) {
            batch.Put(base_.rows, key, value);
        } else {
            batch.Delete(base_.rows, key);
        }
    };
    const bool closed = is_closed(commit.head);
    for (const MemberRow& row : commit.members) {
        set(keys::member(commit.gid, row.uid), !closed, rows::encode(row));
        if (closed) batch.Delete(base_.rows, keys::read_position(commit.gid, row.uid));
        const bool now = !closed && is_member_now(row);
        set(keys::membership(row.uid, commit.gid), now, {});
        const auto user = known.users.find(row.uid);
        if (user == known.users.end()) continue;
        const UserRow& named = user->second;
        for (const Listed whom :
             {Listed::members, Listed::waiting, Listed::banned, Listed::staff}) {
            set(keys::named(commit.gid, whom, named.name_key, row.uid),
                !closed && is_listed(row, whom), named.name);
        }
    }
}

// Rows up to the floor are not written: nothing would ever drop them.
void RocksStore::append_beside(const Commit& commit, Seq former_floor, rocksdb::WriteBatch& batch) {
    const GroupId gid = commit.gid;
    const Seq floor = commit.head.floor;
    const std::uint64_t first_block = former_floor.value / keys::kBlock;
    const std::uint64_t kept_block = floor.value / keys::kBlock;
    if (kept_block > first_block) {
        batch.DeleteRange(base_.beside, keys::beside_from(gid, first_block),
                          keys::beside_from(gid, kept_block));
    }
    for (const InviteRow& row : commit.invites) {
        if (is_closed(commit.head)) {
            batch.Delete(base_.rows, keys::invite(gid, row.code));
        } else {
            batch.Put(base_.rows, keys::invite(gid, row.code), rows::encode(row));
        }
    }
    for (const std::string& code : commit.dropped_invites) {
        batch.Delete(base_.rows, keys::invite(gid, code));
    }
    for (const ReactionRow& row : commit.reactions) {
        if (row.seq <= floor) continue;
        const std::string key =
            keys::beside(gid, keys::Kind::reaction, row.uid, row.seq, row.emoji);
        if (row.on) {
            batch.Put(base_.beside, key, {});
        } else {
            batch.Delete(base_.beside, key);
        }
    }
    for (const TallyRow& row : commit.tallies) {
        if (row.seq <= floor) continue;
        const std::string key = keys::beside(gid, keys::Kind::tally, {}, row.seq);
        if (row.counts.empty()) {
            batch.Delete(base_.beside, key);
        } else {
            batch.Put(base_.beside, key, rows::encode(row));
        }
    }
}

void RocksStore::append_moderation(const Commit& commit, Known& known, rocksdb::WriteBatch& batch) {
    const ModerationChange change = moderation_change(std::move(known.moderation), commit);
    for (const std::uint64_t number : change.dropped) {
        batch.Delete(base_.rows, keys::moderation(commit.gid, number));
    }
    for (const ModerationRow& row : change.put) {
        batch.Put(base_.rows, keys::moderation(commit.gid, row.number), rows::encode(row));
    }
}

void RocksStore::append_user_events(const Commit& commit, Known& known,
                                    rocksdb::WriteBatch& batch) {
    const GroupId gid = commit.gid;
    const Seq floor = commit.head.floor;
    for (const UserEvent& event : commit.user_events) {
        const UserId uid = event.uid;
        std::uint64_t& newest = known.user_logs.at(uid);
        newest = next_user_log_seq(epoch_, newest);
        NumberedEvent line = numbered(event, newest);
        const std::uint64_t place = place_of(newest);
        batch.Put(base_.rows, keys::user_log_head(uid), rows::encode(newest));
        batch.Put(base_.rows, keys::user_log(uid, place),
                  rows::encode(rows::UserLogLine{newest, std::move(line.entry)}));
        if (oldest_place(newest) > 1) {
            batch.Delete(base_.rows, keys::user_log(uid, oldest_place(newest) - 1));
        }
        for (const Seq seq : event.hidden) {
            if (seq <= floor) continue;
            batch.Put(base_.beside, keys::beside(gid, keys::Kind::hidden, uid, seq), {});
        }
        if (line.note && event.anchor >= floor) {
            batch.Put(base_.beside,
                      keys::beside(gid, keys::Kind::note, uid, event.anchor, keys::fixed(newest)),
                      line.note->note);
        }
    }
}

void RocksStore::drop_entries(GroupId gid, Seq former_floor, Seq floor,
                              rocksdb::WriteBatch& batch) {
    if (floor - former_floor > kSinglyDeleted) {
        batch.DeleteRange(base_.entries, keys::entry(gid, former_floor + 1),
                          keys::entry(gid, floor + 1));
        return;
    }
    for (Seq seq = former_floor + 1; seq <= floor; ++seq) {
        batch.Delete(base_.entries, keys::entry(gid, seq));
    }
}

}  // namespace stentor::store
