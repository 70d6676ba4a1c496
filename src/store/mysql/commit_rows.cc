// The rows of a commit.

#include <algorithm>

#include "base/limits.h"
#include "store/moderation.h"
#include "store/mysql/commit_run.h"
#include "store/mysql/engine.h"
#include "store/mysql/lists.h"
#include "store/mysql/sql_rows.h"
#include "store/user_log.h"
#include "store/verdict.h"

namespace stentor::store::mysql {
namespace {

// Lines of a user's log, and changes of a group, that are kept no longer are dropped so many at
// once.
constexpr std::uint64_t kTrimEvery = 64;

template <class Id>
std::string numbers_of(const std::vector<Id>& ids) {
    ListWriter list;
    for (const Id id : ids) list.number(id.value);
    return list.take();
}

}  // namespace

// Rows are dropped by the key of their table, whatever its size: a server that reads a small one
// from end to end waits for the locks of all other groups. Only this form of DELETE takes a hint.
void CommitRows::write(Session& session) const {
    const std::string head =
        std::string{"INSERT INTO head (p,gid,"}.append(kHeadColumns) + ") VALUES ";
    // A new one may be another transaction's, too, which no lock could show: that is a duplicate.
    session.write(head, 16, new_heads);
    session.write(head, 16, heads, replacing(kHeadColumns));
    session.write("INSERT INTO entry (p,gid,seq,time_ms,digest,size,bytes) VALUES ", 7, entries,
                  replacing("time_ms,digest,size,bytes"));
    session.write("INSERT INTO sent (p,gid,cmid,uid,seq,body_hash) VALUES ", 6, sent,
                  replacing("seq,body_hash"));

    session.run_in("DELETE member FROM member FORCE INDEX (PRIMARY) WHERE (p,gid,uid) IN ", 3,
                   gone_members);
    session.run_in("DELETE belongs FROM belongs FORCE INDEX (PRIMARY) WHERE (u,uid,gid) IN ", 3,
                   gone_belongs);
    session.run_in(
        "DELETE listed FROM listed FORCE INDEX (PRIMARY) WHERE (p,gid,whom,folded,uid) IN ", 5,
        unlisted);
    session.write("INSERT INTO member (p,gid," + std::string{kMemberColumns} + ") VALUES ", 12,
                  members, replacing(kMemberColumns));
    session.write("INSERT INTO belongs (u,uid,gid,p,present) VALUES ", 5, belongs,
                  replacing("present"));
    session.write("INSERT INTO listed (p,gid,whom,folded,uid,name) VALUES ", 6, listed,
                  replacing("name"));

    session.write("INSERT INTO changed (p,gid,version,entries,members) VALUES ", 5, changes,
                  replacing("entries,members"));
    for (const ChangeTrim& trim : change_trims) {
        session.run(
            "DELETE changed FROM changed FORCE INDEX (PRIMARY) WHERE p=? AND gid=? AND version<=?",
            {p_of(trim.gid), trim.gid, trim.newest});
    }

    session.run_in("DELETE invite FROM invite FORCE INDEX (PRIMARY) WHERE (p,gid,code) IN ", 3,
                   dropped_invites);
    session.write("INSERT INTO invite (p,gid," + std::string{kInviteColumns} + ") VALUES ", 10,
                  invites, replacing(kInviteColumns));
    session.run_in(
        "DELETE reaction FROM reaction FORCE INDEX (PRIMARY) WHERE (p,gid,seq,uid,emoji) IN ", 5,
        gone_reactions);
    session.write("INSERT INTO reaction (p,gid,seq,uid,emoji) VALUES ", 5, reactions,
                  replacing("emoji"));
    session.run_in("DELETE tally FROM tally FORCE INDEX (PRIMARY) WHERE (p,gid,seq) IN ", 3,
                   gone_tallies);
    session.write("INSERT INTO tally (p,gid,seq,counts) VALUES ", 4, tallies, replacing("counts"));
    session.write("INSERT INTO hidden (p,gid,uid,seq) VALUES ", 4, hidden, replacing("seq"));
    session.write("INSERT INTO note (p,gid,uid,anchor,number,bytes) VALUES ", 6, notes,
                  replacing("bytes"));
    session.run_in(
        "DELETE moderation FROM moderation FORCE INDEX (PRIMARY) WHERE (p,gid,number) IN ", 3,
        gone_moderation);
    session.write("INSERT INTO moderation (p,gid," + std::string{kModerationColumns} + ") VALUES ",
                  11, moderation, replacing(kModerationColumns));

    session.write("INSERT INTO user_log (u,uid,place,number,bytes) VALUES ", 5, user_log,
                  replacing("number,bytes"));
    session.write("INSERT INTO user_log_head (u,uid,newest) VALUES ", 3, user_log_heads,
                  replacing("newest"));
    for (const Trim& trim : user_log_trims) {
        session.run(
            "DELETE user_log FROM user_log FORCE INDEX (PRIMARY) WHERE u=? AND uid=? AND place<?",
            {u_of(trim.uid), trim.uid, trim.oldest_place});
    }
    // Of rows that are there, under their group's lock: only the position changes.
    session.write("INSERT INTO member (p,gid," + std::string{kMemberColumns} + ") VALUES ", 12,
                  read_positions, replacing("read_seq"));
}

void CommitRun::add_rows(const Commit& commit) {
    add_head(commit);
    add_members(commit);
    add_change(commit);
    add_beside(commit);
    add_moderation(commit);
    add_user_events(commit);
}

void CommitRun::add_head(const Commit& commit) {
    const std::uint32_t p = p_of(commit.gid);
    Values& heads = head_before(commit.gid) == nullptr ? rows_.new_heads : rows_.heads;
    append(heads, {p, commit.gid});
    put(heads, commit.head);
    for (const std::vector<LogEntry>* entries : {&commit.changed, &commit.entries}) {
        for (const LogEntry& entry : *entries) {
            append(rows_.entries, {p, commit.gid, entry.seq, entry.time, entry.digest,
                                   entry.bytes->size(), std::string_view{*entry.bytes}});
        }
    }
    for (const SentRow& row : commit.sent) {
        append(rows_.sent, {p, commit.gid, row.cmid, row.uid, row.seq, row.body_hash});
    }
}

// Which versions are told of is asked of the head: rows that are older go so many at once.
void CommitRun::add_change(const Commit& commit) {
    const GroupId gid = commit.gid;
    const std::uint64_t version = commit.head.version;
    if (const auto row = change_row(commit)) {
        append(rows_.changes,
               {p_of(gid), gid, version, numbers_of(row->entries), numbers_of(row->members)});
    }
    if (version > limits::kChangesKept && version % kTrimEvery == 0) {
        rows_.change_trims.push_back({.gid = gid, .newest = version - limits::kChangesKept});
    }
}

void CommitRun::add_members(const Commit& commit) {
    const GroupId gid = commit.gid;
    const bool closed = is_closed(commit.head);
    std::map<UserId, const MemberRow*> last;
    for (const MemberRow& row : commit.members) last[row.uid] = &row;
    for (const auto& [uid, given] : last) {
        const auto former = members_.find({gid, uid});
        const bool known = former != members_.end();
        MemberRow row = *given;
        if (known) row.read = std::max(row.read, former->second.read);
        list(commit, known ? &former->second : nullptr, row);
        if (closed) {
            append(rows_.gone_members, {p_of(gid), gid, uid});
            append(rows_.gone_belongs, {u_of(uid), uid, gid});
            if (known) members_.erase(former);
            continue;
        }
        append(rows_.members, {p_of(gid), gid});
        put(rows_.members, row);
        append(rows_.belongs, {u_of(uid), uid, gid, p_of(gid), is_member_now(row)});
        members_.insert_or_assign({gid, uid}, row);
    }
}

// Where they are found by name; nowhere without an account.
void CommitRun::list(const Commit& commit, const MemberRow* former, const MemberRow& row) {
    const auto found = names_.find(row.uid);
    if (found == names_.end()) return;
    const auto& [name, folded] = found->second;
    const bool closed = is_closed(commit.head);
    for (const Listed whom : {Listed::members, Listed::waiting, Listed::banned, Listed::staff}) {
        const bool was = former != nullptr && is_listed(*former, whom);
        if (!closed && is_listed(row, whom)) {
            append(rows_.listed, {p_of(commit.gid), commit.gid, whom, folded, row.uid, name});
        } else if (was) {
            append(rows_.unlisted, {p_of(commit.gid), commit.gid, whom, folded, row.uid});
        }
    }
}

// Rows up to the floor are not written: nothing would ever drop them.
void CommitRun::add_beside(const Commit& commit) {
    const GroupId gid = commit.gid;
    const std::uint32_t p = p_of(gid);
    const Seq floor = commit.head.floor;
    for (const std::string& code : commit.dropped_invites) {
        append(rows_.dropped_invites, {p, gid, code});
    }
    for (const InviteRow& row : commit.invites) {
        if (is_closed(commit.head)) {
            append(rows_.dropped_invites, {p, gid, row.code});
        } else {
            append(rows_.invites, {p, gid});
            put(rows_.invites, row);
        }
    }
    std::map<std::tuple<Seq, UserId, std::string_view>, bool> reactions;  // The last one counts.
    for (const ReactionRow& row : commit.reactions) {
        if (row.seq > floor) reactions[{row.seq, row.uid, row.emoji}] = row.on;
    }
    for (const auto& [key, on] : reactions) {
        const auto& [seq, uid, emoji] = key;
        append(on ? rows_.reactions : rows_.gone_reactions, {p, gid, seq, uid, emoji});
    }
    std::map<Seq, const TallyRow*> tallies;
    for (const TallyRow& row : commit.tallies) {
        if (row.seq > floor) tallies[row.seq] = &row;
    }
    for (const auto& [seq, row] : tallies) {
        if (row->counts.empty()) {
            append(rows_.gone_tallies, {p, gid, seq});
        } else {
            append(rows_.tallies, {p, gid, seq, counts_of(*row)});
        }
    }
}

void CommitRun::add_moderation(const Commit& commit) {
    const auto kept = moderation_.find(commit.gid);
    if (kept == moderation_.end()) return;
    const GroupId gid = commit.gid;
    const ModerationChange change = moderation_change(std::move(kept->second), commit);
    for (const std::uint64_t number : change.dropped) {
        append(rows_.gone_moderation, {p_of(gid), gid, number});
    }
    for (const ModerationRow& row : change.put) {
        append(rows_.moderation, {p_of(gid), gid});
        put(rows_.moderation, row);
    }
}

void CommitRun::add_user_events(const Commit& commit) {
    const GroupId gid = commit.gid;
    const Seq floor = commit.head.floor;
    std::map<UserId, std::uint64_t> former;
    for (const UserEvent& event : commit.user_events) {
        const UserId uid = event.uid;
        std::uint64_t& newest = user_logs_[uid];
        former.emplace(uid, newest);
        newest = next_user_log_seq(epoch_, newest);
        NumberedEvent line = numbered(event, newest);
        append(rows_.user_log, {u_of(uid), uid, place_of(newest), newest, std::move(line.entry)});
        for (const Seq seq : event.hidden) {
            if (seq > floor) append(rows_.hidden, {p_of(gid), gid, uid, seq});
        }
        if (line.note && event.anchor >= floor) {
            append(rows_.notes, {p_of(gid), gid, uid, line.note->anchor, line.note->user_log_seq,
                                 std::move(line.note->note)});
        }
    }
    for (const auto& [uid, before] : former) {
        const std::uint64_t newest = user_logs_[uid];
        append(rows_.user_log_heads, {u_of(uid), uid, newest});
        if (oldest_place(newest) > 1 &&
            place_of(newest) / kTrimEvery != place_of(before) / kTrimEvery) {
            rows_.user_log_trims.push_back({.uid = uid, .oldest_place = oldest_place(newest)});
        }
    }
}

void CommitRun::add_positions() {
    std::map<GroupId, const HeadRow*> heads;
    for (const auto& [gid, head] : heads_) heads[gid] = &head;
    for_each_done([&](const Commit& commit) { heads[commit.gid] = &commit.head; });
    std::map<MemberPlace, MemberRow> moved;
    for (const ReadPosition& position : positions_) {
        const auto head = heads.find(position.gid);
        const auto member = members_.find({position.gid, position.uid});
        if (head == heads.end() || member == members_.end()) continue;
        if (!may_advance(*head->second, epoch_, position)) continue;
        if (member->second.read >= position.read) continue;
        member->second.read = position.read;
        moved.insert_or_assign(member->first, member->second);
    }
    for (const auto& [place, row] : moved) {
        append(rows_.read_positions, {p_of(place.first), place.first});
        put(rows_.read_positions, row);
    }
}

}  // namespace stentor::store::mysql
