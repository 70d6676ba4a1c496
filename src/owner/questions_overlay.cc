// What one member alone has in a group, and who has read an entry.

#include <algorithm>
#include <utility>

#include "base/group_ids.h"
#include "base/limits.h"
#include "base/number_text.h"
#include "group/readers.h"
#include "owner/load.h"
#include "owner/question_sources.h"
#include "store/verdict.h"

namespace stentor::owner {
namespace {

constexpr Error kNoGroup{.code = Code::not_found, .where = "gid"};
constexpr Error kNoEntry{.code = Code::not_found, .where = "seq"};

// A page goes on behind the last uid that was named.
std::optional<UserId> place_of(const std::string& cursor) {
    if (cursor.empty()) return UserId{};
    const auto uid = number_in(cursor);
    if (!uid || *uid > limits::kIdMax) return std::nullopt;
    return UserId{*uid};
}

Result<bus::Reply> readers(store::Members& store, GroupId gid, const LogEntry& entry,
                           UserId after) {
    pb::Readers readers;
    readers.set_gid(gid.value);
    readers.set_seq(entry.seq.value);
    std::uint64_t count = 0;
    UserId last{};
    // Rows of those who left stand among them, so the rows that are looked at have a bound, too.
    for (std::size_t looked_at = 0;; looked_at += limits::kReadersPage) {
        const auto rows = store.members(gid, last, limits::kReadersPage);
        if (!rows) return std::unexpected(rows.error());
        if (looked_at + rows->size() > limits::kWhoReadRows) {
            return std::unexpected(Error{
                .code = Code::unsupported, .where = "members", .limit = limits::kWhoReadRows});
        }
        for (const store::MemberRow& row : *rows) {
            last = row.uid;
            if (row.uid == entry.sender || !group::read_span(row).covers(entry.seq)) continue;
            ++count;
            if (row.uid <= after) continue;
            if (static_cast<std::size_t>(readers.uids_size()) < limits::kListPage) {
                readers.add_uids(row.uid.value);
            } else if (readers.next().empty()) {
                readers.set_next(std::to_string(readers.uids(readers.uids_size() - 1)));
            }
        }
        if (rows->size() < limits::kReadersPage) break;
    }
    readers.set_count(count);
    return bus::Reply{std::move(readers)};
}

}  // namespace

Result<bus::Reply> answer_to(Sources& sources, const bus::AskMine& ask) {
    const Seq to = std::min(ask.to, ask.from + (limits::kCacheEntries - 1));
    auto hidden = sources.store.hidden(ask.gid, ask.uid, ask.from, to);
    if (!hidden) return std::unexpected(hidden.error());
    const auto notes = sources.store.notes(ask.gid, ask.uid, ask.from, to);
    if (!notes) return std::unexpected(notes.error());
    auto reactions = sources.store.reactions_of(ask.gid, ask.uid, ask.from, to);
    if (!reactions) return std::unexpected(reactions.error());

    // A row is shown by nothing once its entry was recalled, or its kind taken away by an admin.
    std::vector<store::TallyRow> sums;
    if (!reactions->empty()) {
        auto found = sources.store.tallies(ask.gid, reactions->front().seq, reactions->back().seq);
        if (!found) return std::unexpected(found.error());
        sums = std::move(*found);
    }
    const auto shown = [&sums](const store::ReactionRow& row) {
        const auto sum = std::ranges::lower_bound(sums, row.seq, {}, &store::TallyRow::seq);
        return sum != sums.end() && sum->seq == row.seq &&
               std::ranges::any_of(sum->counts,
                                   [&](const auto& count) { return count.first == row.emoji; });
    };

    bus::Mine mine{.hidden = std::move(*hidden)};
    for (const store::NoteRow& row : *notes) {
        pb::Note note;
        note.ParseFromString(row.note);
        mine.notes.push_back(std::move(note));
    }
    for (store::ReactionRow& row : *reactions) {
        if (shown(row)) mine.reactions.emplace_back(row.seq, std::move(row.emoji));
    }
    return bus::Reply{std::move(mine)};
}

// The sum of a large group is in its tallies; here everybody is looked at, so it must be small.
Result<bus::Reply> answer_to(Sources& sources, const bus::AskWhoRead& ask) {
    const pb::WhoRead& who = ask.who_read;
    const GroupId gid{who.gid()};
    const Seq seq{who.seq()};
    const auto asker = member_of(sources.store, gid, ask.asker);
    if (!asker) return std::unexpected(asker.error());
    if (!*asker || !store::is_member_now(**asker)) return std::unexpected(kNoGroup);
    const auto head = sources.store.head(gid);
    if (!head) return std::unexpected(head.error());
    if (Epoch{who.epoch()} != head->epoch) {
        return std::unexpected(
            Error{.code = Code::epoch_changed, .where = "epoch", .limit = head->epoch.value});
    }
    const auto place = place_of(who.cursor());
    if (!place) return std::unexpected(Error{.code = Code::bad_field, .where = "who_read.cursor"});
    if (seq <= std::max((*asker)->floor, head->floor) || seq > head->seq) {
        return std::unexpected(kNoEntry);
    }
    // Nobody there knows who the others are.
    if (gid == kBroadcastGroup) {
        return std::unexpected(Error{.code = Code::not_permitted, .where = "role"});
    }
    if (head->members > sources.who_read_members) {
        return std::unexpected(Error{
            .code = Code::unsupported, .where = "members", .limit = sources.who_read_members});
    }
    const auto entry = sources.store.entries(gid, seq, 1);
    if (!entry) return std::unexpected(entry.error());
    if (entry->entries.empty()) return std::unexpected(kNoEntry);
    return readers(sources.store, gid, entry->entries.front(), *place);
}

}  // namespace stentor::owner
