// What single members added to a group beside its log, and what users were told.

#include <algorithm>
#include <map>

#include "base/limits.h"
#include "store/mysql/engine.h"
#include "store/mysql/sql_rows.h"
#include "store/user_log.h"

namespace stentor::store::mysql {
namespace {

// `read` makes a row of each.
template <class Read>
auto rows_of(const Table& table, const Read& read) {
    std::vector<decltype(read(std::declval<Row&>()))> rows;
    rows.reserve(table.size());
    for (std::size_t i = 0; i < table.size(); ++i) {
        Row row = table.row(i);
        rows.push_back(read(row));
    }
    return rows;
}

ReactionRow reaction_of(Row& row) {
    const UserId uid{row.number()};
    const Seq seq{row.number()};
    return {.uid = uid, .seq = seq, .emoji = row.text()};
}

}  // namespace

Result<std::optional<InviteRow>> MemberTables::invite(GroupId gid, std::string_view code) {
    return look(readers_, [&](Session& session) -> Result<std::optional<InviteRow>> {
        const Table rows = session.run(
            "SELECT " + std::string{kInviteColumns} + " FROM invite WHERE p=? AND gid=? AND code=?",
            {p_of(gid), gid, code});
        if (rows.empty()) return std::nullopt;
        Row row = rows.row(0);
        return invite_of(row);
    });
}

Result<std::vector<InviteRow>> MemberTables::invites(GroupId gid, std::string_view after_code,
                                                     std::size_t count_max) {
    return look(readers_, [&](Session& session) -> Result<std::vector<InviteRow>> {
        return rows_of(session.run("SELECT " + std::string{kInviteColumns} +
                                       " FROM invite WHERE p=? AND gid=? AND code>?"
                                       " ORDER BY code LIMIT ?",
                                   {p_of(gid), gid, after_code, count_max}),
                       invite_of);
    });
}

Result<std::vector<ReactionRow>> MemberTables::reactions_to(GroupId gid, Seq seq,
                                                            std::string_view emoji, UserId after,
                                                            std::size_t count_max) {
    return look(readers_, [&](Session& session) -> Result<std::vector<ReactionRow>> {
        // Those of the last one are read to their end, so that they stay together.
        const Table rows = session.run(
            "SELECT uid,seq,emoji FROM reaction WHERE p=? AND gid=? AND seq=? AND uid>?"
            " AND (?='' OR emoji=?) ORDER BY uid,emoji LIMIT ?",
            {p_of(gid), gid, seq, after, emoji, emoji, count_max});
        std::vector<ReactionRow> found = rows_of(rows, reaction_of);
        if (found.size() < count_max || found.empty()) return found;
        const ReactionRow last = found.back();
        const Table rest = session.run(
            "SELECT uid,seq,emoji FROM reaction WHERE p=? AND gid=? AND seq=? AND uid=?"
            " AND emoji>? AND (?='' OR emoji=?) ORDER BY emoji",
            {p_of(gid), gid, seq, last.uid, last.emoji, emoji, emoji});
        for (ReactionRow& row : rows_of(rest, reaction_of)) found.push_back(std::move(row));
        return found;
    });
}

Result<std::vector<ReactionRow>> MemberTables::reactions_of(GroupId gid, UserId uid, Seq from,
                                                            Seq to) {
    return look(readers_, [&](Session& session) -> Result<std::vector<ReactionRow>> {
        return rows_of(
            session.run("SELECT uid,seq,emoji FROM reaction WHERE p=? AND gid=? AND uid=?"
                        " AND seq>=? AND seq<=? ORDER BY seq,emoji",
                        {p_of(gid), gid, uid, from, to}),
            reaction_of);
    });
}

Result<std::vector<TallyRow>> MemberTables::tallies(GroupId gid, Seq from, Seq to) {
    return look(readers_, [&](Session& session) -> Result<std::vector<TallyRow>> {
        return rows_of(session.run("SELECT seq,counts FROM tally WHERE p=? AND gid=? AND seq>=?"
                                   " AND seq<=? ORDER BY seq",
                                   {p_of(gid), gid, from, to}),
                       tally_of);
    });
}

Result<std::vector<Seq>> MemberTables::hidden(GroupId gid, UserId uid, Seq from, Seq to) {
    return look(readers_, [&](Session& session) -> Result<std::vector<Seq>> {
        return rows_of(session.run("SELECT seq FROM hidden WHERE p=? AND gid=? AND uid=?"
                                   " AND seq>=? AND seq<=? ORDER BY seq",
                                   {p_of(gid), gid, uid, from, to}),
                       [](Row& row) { return Seq{row.number()}; });
    });
}

Result<std::vector<NoteRow>> MemberTables::notes(GroupId gid, UserId uid, Seq from, Seq to) {
    return look(readers_, [&](Session& session) -> Result<std::vector<NoteRow>> {
        auto newest_first = rows_of(
            session.run("SELECT number,anchor,bytes FROM note WHERE p=? AND gid=? AND uid=?"
                        " AND anchor>=? AND anchor<=? ORDER BY anchor DESC,number DESC LIMIT ?",
                        {p_of(gid), gid, uid, from, to, limits::kNotesPerPage}),
            [](Row& row) {
                NoteRow note{.user_log_seq = row.number()};
                note.anchor = {row.number()};
                note.note = row.text();
                return note;
            });
        std::ranges::reverse(newest_first);
        return newest_first;
    });
}

Result<std::vector<ModerationRow>> MemberTables::moderation(GroupId gid, std::uint64_t before,
                                                            std::size_t count_max) {
    return look(readers_, [&](Session& session) -> Result<std::vector<ModerationRow>> {
        const std::uint64_t last = before == 0 ? ~std::uint64_t{0} : before - 1;
        return rows_of(session.run("SELECT " + std::string{kModerationColumns} +
                                       " FROM moderation WHERE p=? AND gid=? AND number<=?"
                                       " ORDER BY number DESC LIMIT ?",
                                   {p_of(gid), gid, last, count_max}),
                       moderation_of);
    });
}

// ---- Users' own logs

// The row of `after` tells whether its number was given in another history. Rows older than those
// that are kept may still be there. Not one statement that joins both tables: that reads the whole
// log and sorts it.
Result<UserLogPage> MemberTables::user_log(UserId uid, std::uint64_t after, std::size_t count_max) {
    return transact(readers_, [&](Session& session) -> Result<UserLogPage> {
        const std::size_t count = std::clamp<std::size_t>(count_max, 1, limits::kUserLogPage);
        const Table head =
            session.run("SELECT newest FROM user_log_head WHERE u=? AND uid=?", {u_of(uid), uid});
        if (head.empty()) return UserLogPage{.reset = after != 0};
        UserLogPage page{.head = head.row(0).number()};
        page.reset = after != 0 || oldest_place(page.head) > 1;
        const Table rows = session.run(
            "SELECT number,bytes FROM user_log WHERE u=? AND uid=? AND place>=?"
            " ORDER BY place LIMIT ?",
            {u_of(uid), uid, std::max(place_of(after), oldest_place(page.head)), count + 1});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            const std::uint64_t number = row.number();
            if (number == after) {
                page.reset = false;
            } else if (!page.reset && page.entries.size() < count) {
                page.entries.push_back(row.text());
            }
        }
        return page;
    });
}

Result<std::vector<std::uint64_t>> MemberTables::user_log_heads(std::span<const UserId> uids) {
    return look(readers_, [&](Session& session) -> Result<std::vector<std::uint64_t>> {
        Values keys;
        for (const UserId uid : uids) keys.insert(keys.end(), {u_of(uid), uid});
        const Table rows =
            session.run_in("SELECT uid,newest FROM user_log_head WHERE (u,uid) IN ", 2, keys);
        std::map<UserId, std::uint64_t> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            const UserId uid{row.number()};
            found[uid] = row.number();
        }
        std::vector<std::uint64_t> heads;
        for (const UserId uid : uids) heads.push_back(found[uid]);
        return heads;
    });
}

}  // namespace stentor::store::mysql
