// The logs of groups: heads, entries and what was sent.

#include <algorithm>

#include "base/limits.h"
#include "store/mysql/engine.h"
#include "store/mysql/sql_rows.h"
#include "store/verdict.h"
#include "wire/frames.h"

namespace stentor::store::mysql {
namespace {

// Looked at together by first_at(): in a log of a million entries four looks find the place.
constexpr std::uint64_t kLooksAtOnce = 32;

std::unexpected<Error> no_group() { return std::unexpected(Error{Code::not_found, "gid"}); }

// The digest at `seq`, which is the floor, or an entry that is kept.
Digest digest_at(Session& session, GroupId gid, const HeadRow& head, Seq seq) {
    if (seq == head.floor) return head.floor_digest;
    if (seq == head.seq) return head.digest;
    const Table rows = session.run("SELECT digest FROM entry WHERE p=? AND gid=? AND seq=?",
                                   {p_of(gid), gid, seq});
    if (rows.empty()) {
        session.fail({.kind = Failure::Kind::damaged, .text = "entry.digest"});
        return {};
    }
    return rows.row(0).digest();
}

// Newest first, so that what is damaged ends it: nobody need look for the place.
void read_newest(Session& session, GroupId gid, GroupStart& start) {
    const HeadRow& head = start.head;
    start.digest_before = head.digest;
    const Table rows = session.run(
        "SELECT seq,digest,bytes FROM entry WHERE p=? AND gid=? AND seq>? AND seq<=?"
        " ORDER BY seq DESC LIMIT ?",
        {p_of(gid), gid, head.floor, head.seq, limits::kRing + 1});
    std::vector<LogEntry> newest_first;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        std::optional<LogEntry> entry = entry_of(row);
        if (!entry || entry->seq != head.seq - i) break;
        newest_first.push_back(*std::move(entry));
    }
    if (newest_first.empty()) return;
    // Without the digest before it, nobody can tell whether an entry continues the log.
    if (newest_first.back().seq == head.floor + 1 && newest_first.size() <= limits::kRing) {
        start.digest_before = head.floor_digest;
    } else {
        start.digest_before = newest_first.back().digest;
        newest_first.pop_back();
    }
    start.newest.assign(std::move_iterator{newest_first.rbegin()},
                        std::move_iterator{newest_first.rend()});
}

// The least id of a moment: every id made then or later is at or above it.
std::string first_of(Time time) {
    std::string cmid(16, '\0');
    const std::uint64_t ms = to_ms(time);
    for (unsigned i = 0; i < 6; ++i) cmid[i] = static_cast<char>(ms >> (40U - 8U * i));
    return cmid;
}

std::vector<SentRow> read_sent(Session& session, GroupId gid, Time since, std::size_t count_max) {
    const Table rows = session.run(
        "SELECT cmid,uid,seq,body_hash FROM sent WHERE p=? AND gid=? AND cmid>=?"
        " ORDER BY cmid DESC LIMIT ?",
        {p_of(gid), gid, first_of(since), count_max});
    std::vector<SentRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        found.push_back(sent_of(row));
    }
    return found;
}

// The head, taken, under its lock.
Result<HeadRow> take_locked(Session& session, GroupId gid, Term term) {
    const Table rows = session.run(
        "SELECT " + std::string{kHeadColumns} + " FROM head WHERE p=? AND gid=? FOR UPDATE",
        {p_of(gid), gid});
    const Epoch epoch = epoch_of(session);
    if (session.failed()) return session.error();
    if (rows.empty()) return no_group();
    Row row = rows.row(0);
    HeadRow head = head_of(row);
    if (session.failed()) return session.error();
    const Result<bool> changed = take(head, term, epoch);
    if (!changed) return std::unexpected(changed.error());
    if (!*changed) return head;
    Values written{p_of(gid), gid};
    put(written, head);
    session.write(std::string{"INSERT INTO head (p,gid,"}.append(kHeadColumns) + ") VALUES ",
                  written.size(), written, replacing(kHeadColumns));
    return head;
}

}  // namespace

std::optional<HeadRow> read_head(Session& session, GroupId gid) {
    const Epoch epoch = epoch_of(session);
    const Table rows = session.run(
        "SELECT " + std::string{kHeadColumns} + " FROM head WHERE p=? AND gid=?", {p_of(gid), gid});
    if (rows.empty()) return std::nullopt;
    Row row = rows.row(0);
    return in_epoch(head_of(row), epoch);
}

std::optional<LogEntry> entry_of(Row& row) {
    const Seq seq{row.number()};
    const Digest digest = row.digest();
    Result<LogEntry> entry = parse_log_entry(share(row.text()), digest);
    if (!entry || entry->seq != seq) return std::nullopt;
    return *std::move(entry);
}

void read_page(Session& session, GroupId gid, Seq from, std::size_t count_max, EntryPage& page) {
    page.digest_before = page.head.digest;
    if (from > page.head.seq) return;
    page.digest_before = digest_at(session, gid, page.head, from - 1);
    const std::uint64_t count = std::min<std::uint64_t>(
        page.head.seq - from + 1, std::clamp<std::size_t>(count_max, 1, limits::kRangeEntries));
    // So that entries of 16 KiB are not all read for a page of which they are the sixteenth part.
    const Table sizes =
        session.run("SELECT size FROM entry WHERE p=? AND gid=? AND seq>=? AND seq<? ORDER BY seq",
                    {p_of(gid), gid, from, from + count});
    if (session.failed()) return;
    std::uint64_t fits = 0;
    std::uint64_t bytes = 0;
    for (; fits < sizes.size(); ++fits) {
        bytes += sizes.row(fits).number();
        if (fits > 0 && bytes > limits::kRangeBytes) break;
    }
    const Table rows = session.run(
        "SELECT seq,digest,bytes FROM entry WHERE p=? AND gid=? AND seq>=? AND seq<? ORDER BY seq",
        {p_of(gid), gid, from, from + fits});
    // A hole is refused as a whole: half a page would be shown as if it were everything.
    if (sizes.size() < count || rows.size() < fits) {
        session.fail({.kind = Failure::Kind::damaged, .text = "entry.hole"});
        return;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        std::optional<LogEntry> entry = entry_of(row);
        if (!entry || entry->seq != from + i) {
            row.spoil("entry");
            return;
        }
        page.entries.push_back(*std::move(entry));
    }
    page.entries.resize(wire::page_size(page.entries));
}

// Under the head's lock nothing of the group is written meanwhile: so this is one look.
Result<GroupStart> MysqlStore::load_group(GroupId gid, Term term, Time sent_since) {
    return transact(writers_, [&](Session& session) -> Result<GroupStart> {
        auto head = take_locked(session, gid, term);
        if (!head) return std::unexpected(head.error());
        GroupStart start{.head = *std::move(head)};
        read_newest(session, gid, start);
        start.sent = read_sent(session, gid, sent_since, limits::kYoungIdsMax);
        const Table rows = session.run(
            "SELECT seq,counts FROM tally WHERE p=? AND gid=? AND seq>? AND seq<=? ORDER BY seq",
            {p_of(gid), gid, start.head.seq - start.newest.size(), start.head.seq});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            start.tallies.push_back(tally_of(row));
        }
        if (session.met(Failure::Kind::damaged)) start.tallies.clear();
        return start;
    });
}

Result<HeadRow> MysqlStore::head(GroupId gid) {
    return look(readers_, [&](Session& session) -> Result<HeadRow> {
        const auto head = read_head(session, gid);
        if (session.failed()) return session.error();
        if (!head) return no_group();
        return *head;
    });
}

Result<EntryPage> MysqlStore::entries(GroupId gid, Seq from, std::size_t count_max) {
    return transact(readers_, [&](Session& session) -> Result<EntryPage> {
        auto head = read_head(session, gid);
        if (session.failed()) return session.error();
        if (!head) return no_group();
        if (from <= head->floor) {
            return std::unexpected(Error{Code::bad_range, "from", head->floor.value});
        }
        EntryPage page{.entries = {}, .digest_before = {}, .head = *std::move(head)};
        read_page(session, gid, from, count_max, page);
        return page;
    });
}

// Times go back along a log only behind what a clock that had leapt ahead wrote, so the first one
// is found by dividing; there it may be one of those entries.
Result<Seq> MysqlStore::first_at(GroupId gid, Time time) {
    return transact(readers_, [&](Session& session) -> Result<Seq> {
        const auto head = read_head(session, gid);
        if (session.failed()) return session.error();
        if (!head) return no_group();
        Seq first = head->floor + 1;
        Seq end = head->seq + 1;
        while (first < end && !session.failed()) {
            const std::uint64_t step = std::max<std::uint64_t>(1, (end - first) / kLooksAtOnce);
            Values looks;
            for (Seq seq = first + (step - 1); seq < end; seq = seq + step) {
                looks.insert(looks.end(), {p_of(gid), gid, seq});
            }
            const Table rows = session.run_in("SELECT seq,time_ms FROM entry WHERE (p,gid,seq) IN ",
                                              3, looks, " ORDER BY seq");
            for (std::size_t i = 0; i < rows.size(); ++i) {
                Row row = rows.row(i);
                const Seq seq{row.number()};
                if (row.time() < time) {
                    first = seq + 1;
                } else {
                    end = seq;
                    break;
                }
            }
            if (rows.empty()) session.fail({.kind = Failure::Kind::damaged, .text = "entry.hole"});
        }
        return first;
    });
}

Result<std::optional<SentRow>> MysqlStore::sent(GroupId gid, UserId uid, Cmid cmid) {
    return look(readers_, [&](Session& session) -> Result<std::optional<SentRow>> {
        const Table rows = session.run(
            "SELECT cmid,uid,seq,body_hash FROM sent WHERE p=? AND gid=? AND cmid=? AND uid=?",
            {p_of(gid), gid, cmid, uid});
        if (rows.empty()) return std::nullopt;
        Row row = rows.row(0);
        return sent_of(row);
    });
}

Result<std::vector<SentRow>> MysqlStore::sent_since(GroupId gid, Time since,
                                                    std::size_t count_max) {
    return look(readers_, [&](Session& session) -> Result<std::vector<SentRow>> {
        return read_sent(session, gid, since, count_max);
    });
}

Result<void> MysqlStore::forget_sent_before(Time time) {
    return drop_in_parts(writers_, "sent WHERE cmid<?", {first_of(time)});
}

Result<std::vector<GroupLog::GroupHead>> MysqlStore::groups(GroupId after, std::size_t count_max) {
    return transact(readers_, [&](Session& session) -> Result<std::vector<GroupHead>> {
        const Epoch epoch = epoch_of(session);
        const Table rows = session.run("SELECT gid," + std::string{kHeadColumns} +
                                           " FROM head WHERE gid>? ORDER BY gid LIMIT ?",
                                       {after, count_max});
        std::vector<GroupHead> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            const GroupId gid{row.number()};
            found.push_back({.gid = gid, .head = in_epoch(head_of(row), epoch)});
        }
        return found;
    });
}

}  // namespace stentor::store::mysql
