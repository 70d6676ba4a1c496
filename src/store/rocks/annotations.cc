// What one member added, took away or was told, beside the log.

#include <rocksdb/snapshot.h>

#include <algorithm>
#include <deque>

#include "base/limits.h"
#include "store/rocks/engine.h"
#include "store/rocks/newest_rows.h"
#include "store/rocks/rows.h"

namespace stentor::store {

// Blocks without rows of the one who is asked for are leapt over. In the block of the floor rows
// may stand that the floor has passed: they are cut off here.
Result<void> RocksStore::walk(GroupId gid, keys::Kind kind, UserId uid, Seq from, Seq to,
                              const Visit& visit, const rocksdb::Snapshot* snapshot) {
    std::optional<rocksdb::ManagedSnapshot> own;
    rocksdb::ReadOptions how;
    how.snapshot = snapshot != nullptr ? snapshot : own.emplace(base_.db.get()).snapshot();
    const Result<HeadRow> head = read_head(how, gid);
    if (!head) {
        if (head.error().code == Code::not_found) return {};
        return std::unexpected(head.error());
    }
    // A note stands behind its anchor, so it is shown while that is the floor.
    from = std::max(from, kind == keys::Kind::note ? head->floor : head->floor + 1);
    if (from > to) return {};
    const std::uint64_t last_block = to.value / keys::kBlock;
    const std::string end = keys::after(keys::beside_in(gid, last_block, kind, uid));
    const rocksdb::Slice upper{end};
    how.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> row{base_.db->NewIterator(how, base_.beside)};

    row->Seek(keys::beside(gid, kind, uid, from));
    while (row->Valid()) {
        const auto key = keys::parse_beside(row->key().ToStringView());
        if (!key) return unreadable("beside.key", row->key().ToStringView());
        if (key->kind == kind && key->uid == uid) {
            if (key->seq > to) break;
            if (!visit(*key, row->value().ToStringView())) {
                return unreadable("beside", row->key().ToStringView());
            }
            row->Next();
            continue;
        }
        const bool before = std::pair{key->kind, key->uid} < std::pair{kind, uid};
        row->Seek(keys::beside_in(gid, key->block + (before ? 0 : 1), kind, uid));
    }
    if (!row->status().ok()) return unreadable("beside", row->status(), keys::fixed(gid.value));
    return {};
}

Result<std::optional<InviteRow>> RocksStore::invite(GroupId gid, std::string_view code) {
    const Result<Row> row = get({}, base_.rows, keys::invite(gid, code));
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    std::optional<InviteRow> invite = rows::decode_invite(code, **row);
    if (!invite) return unreadable("invite");
    return invite;
}

Result<std::vector<InviteRow>> RocksStore::invites(GroupId gid, std::string_view after_code,
                                                   std::size_t count_max) {
    const std::string prefix = keys::invites_of(gid);
    const std::string begin = keys::after_row(keys::invite(gid, after_code));
    std::vector<InviteRow> found;
    const auto scanned = scan({}, base_.rows, begin, prefix,
                              [&](std::string_view key, std::string_view value) -> Result<bool> {
                                  if (found.size() == count_max) return false;
                                  auto row = rows::decode_invite(key.substr(prefix.size()), value);
                                  if (!row) return unreadable("invite");
                                  found.push_back(*std::move(row));
                                  return true;
                              });
    if (!scanned) return std::unexpected(scanned.error());
    return found;
}

Result<std::vector<ModerationRow>> RocksStore::moderation(GroupId gid, std::uint64_t before,
                                                          std::size_t count_max) {
    const std::string first = keys::moderation_of(gid);
    const std::string end = before == 0 ? keys::after(first) : keys::moderation(gid, before);
    const auto decode = [](std::string_view key, std::string_view value) {
        const auto place = keys::parse_moderation(key);
        return place ? rows::decode_moderation(place->number, value)
                     : std::optional<ModerationRow>{};
    };
    return newest_rows<ModerationRow>(base_, first, end, count_max, "moderation", decode);
}

// Leaps from one user's reactions in the entry's block to the next one's.
Result<std::vector<ReactionRow>> RocksStore::reactions_to(GroupId gid, Seq seq,
                                                          std::string_view emoji, UserId after,
                                                          std::size_t count_max) {
    rocksdb::ManagedSnapshot snapshot{base_.db.get()};
    rocksdb::ReadOptions how;
    how.snapshot = snapshot.snapshot();
    std::vector<ReactionRow> found;
    const Result<HeadRow> head = read_head(how, gid);
    if (!head && head.error().code != Code::not_found) return std::unexpected(head.error());
    if (!head || seq <= head->floor || after.value == ~std::uint64_t{0}) return found;

    const std::uint64_t block = seq.value / keys::kBlock;
    // What follows the reactions of a block are its tallies.
    const std::string end = keys::beside_in(gid, block, keys::Kind::tally, {});
    const rocksdb::Slice upper{end};
    how.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> row{base_.db->NewIterator(how, base_.beside)};
    row->Seek(keys::beside_in(gid, block, keys::Kind::reaction, {after.value + 1}));
    while (row->Valid()) {
        const auto key = keys::parse_beside(row->key().ToStringView());
        if (!key) return unreadable("beside.key", row->key().ToStringView());
        if (key->seq < seq) {
            row->Seek(keys::beside(gid, keys::Kind::reaction, key->uid, seq));
            continue;
        }
        if (key->seq > seq) {
            row->Seek(keys::after(keys::beside_in(gid, block, keys::Kind::reaction, key->uid)));
            continue;
        }
        if (emoji.empty() || key->rest == emoji) {
            const bool same = !found.empty() && found.back().uid == key->uid;
            if (found.size() >= count_max && !same) break;
            found.push_back({key->uid, seq, std::string{key->rest}, true});
        }
        row->Next();
    }
    if (!row->status().ok()) return unreadable("beside", row->status(), keys::fixed(gid.value));
    return found;
}

Result<std::vector<ReactionRow>> RocksStore::reactions_of(GroupId gid, UserId uid, Seq from,
                                                          Seq to) {
    std::vector<ReactionRow> rows;
    const auto walked = walk(gid, keys::Kind::reaction, uid, from, to,
                             [&](const keys::Beside& key, std::string_view) {
                                 rows.push_back({uid, key.seq, std::string{key.rest}, true});
                                 return true;
                             });
    if (!walked) return std::unexpected(walked.error());
    return rows;
}

Result<std::vector<TallyRow>> RocksStore::tallies(GroupId gid, Seq from, Seq to) {
    return read_tallies(nullptr, gid, from, to);
}

Result<std::vector<TallyRow>> RocksStore::read_tallies(const rocksdb::Snapshot* snapshot,
                                                       GroupId gid, Seq from, Seq to) {
    std::vector<TallyRow> rows;
    const auto walked = walk(
        gid, keys::Kind::tally, {}, from, to,
        [&](const keys::Beside& key, std::string_view value) {
            std::optional<TallyRow> row = rows::decode_tally(key.seq, value);
            if (!row) return false;
            rows.push_back(*std::move(row));
            return true;
        },
        snapshot);
    if (!walked) return std::unexpected(walked.error());
    return rows;
}

Result<std::vector<Seq>> RocksStore::hidden(GroupId gid, UserId uid, Seq from, Seq to) {
    std::vector<Seq> rows;
    const auto walked = walk(gid, keys::Kind::hidden, uid, from, to,
                             [&](const keys::Beside& key, std::string_view) {
                                 rows.push_back(key.seq);
                                 return true;
                             });
    if (!walked) return std::unexpected(walked.error());
    return rows;
}

Result<std::vector<NoteRow>> RocksStore::notes(GroupId gid, UserId uid, Seq from, Seq to) {
    std::deque<NoteRow> newest;
    const auto walked = walk(gid, keys::Kind::note, uid, from, to,
                             [&](const keys::Beside& key, std::string_view value) {
                                 const auto number = keys::parse_fixed(key.rest);
                                 if (!number) return false;
                                 newest.push_back({*number, key.seq, std::string{value}});
                                 if (newest.size() > limits::kNotesPerPage) newest.pop_front();
                                 return true;
                             });
    if (!walked) return std::unexpected(walked.error());
    return std::vector<NoteRow>{newest.begin(), newest.end()};
}

}  // namespace stentor::store
