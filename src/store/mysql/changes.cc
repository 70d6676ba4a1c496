// What became of a group after one of its versions.

#include <algorithm>
#include <map>

#include "base/limits.h"
#include "store/mysql/engine.h"
#include "store/mysql/lists.h"
#include "store/mysql/sql_rows.h"

namespace stentor::store::mysql {
namespace {

// False: more than is told at once.
bool read_changes(Session& session, GroupId gid, std::uint64_t since, Changed& changed) {
    const Table rows = session.run(
        "SELECT entries,members FROM changed WHERE p=? AND gid=? AND version>? ORDER BY version",
        {p_of(gid), gid, since});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        ChangeRow change;
        const std::string entry_bytes = row.text();
        const std::string member_bytes = row.text();
        ListReader entries{entry_bytes};
        while (entries.more()) change.entries.push_back({entries.number()});
        ListReader members{member_bytes};
        while (members.more()) change.members.push_back({members.number()});
        if (!entries.good() || !members.good()) row.spoil("changed");
        if (!changed.add(change)) return false;
    }
    return true;
}

void read_changed_members(Session& session, GroupId gid, const std::set<UserId>& uids,
                          GroupChanges& found) {
    Values keys;
    for (const UserId uid : uids) keys.insert(keys.end(), {p_of(gid), gid, uid});
    const Table rows = session.run_in(
        "SELECT " + std::string{kMemberColumns} + " FROM member WHERE (p,gid,uid) IN ", 3, keys);
    std::map<UserId, MemberRow> there;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        const MemberRow member = member_of(row);
        there.insert_or_assign(member.uid, member);
    }
    for (const UserId uid : uids) {
        const auto member = there.find(uid);
        found.members.push_back(member == there.end() ? MemberRow{.uid = uid} : member->second);
    }
}

// What is damaged is left out: whoever wants it is told when they pull it.
void read_changed_entries(Session& session, GroupId gid, const std::set<Seq>& seqs,
                          GroupChanges& found) {
    Values keys;
    for (const Seq seq : seqs) {
        if (seq > found.head.floor) keys.insert(keys.end(), {p_of(gid), gid, seq});
    }
    const Table rows =
        session.run_in("SELECT seq,digest,bytes FROM entry WHERE (p,gid,seq) IN ", 3, keys);
    std::map<Seq, LogEntry> there;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        auto entry = entry_of(row);
        if (!entry) continue;
        const Seq seq = entry->seq;
        there.insert_or_assign(seq, *std::move(entry));
    }
    for (auto& [seq, entry] : there) found.changed.push_back(std::move(entry));
}

}  // namespace

Result<GroupChanges> MysqlStore::changes(GroupId gid, std::uint64_t since, Seq after) {
    return transact(readers_, [&](Session& session) -> Result<GroupChanges> {
        auto head = read_head(session, gid);
        if (session.failed()) return session.error();
        if (!head) return std::unexpected(Error{Code::not_found, "gid"});
        EntryPage page{.entries = {}, .digest_before = {}, .head = *std::move(head)};
        const Seq from = std::max(after, page.head.floor) + 1;
        read_page(session, gid, from, limits::kRangeEntries, page);
        if (session.met(Failure::Kind::damaged)) page.entries.clear();
        GroupChanges found{.head = std::move(page.head)};
        found.entries = std::move(page.entries);

        Changed changed;
        found.whole =
            knows_changes(found.head, since) && read_changes(session, gid, since, changed);
        if (found.whole) read_changed_members(session, gid, changed.members, found);
        if (session.met(Failure::Kind::damaged)) found.whole = false;
        if (found.whole) {
            read_changed_entries(session, gid, changed.entries, found);
        } else {
            found.members.clear();
        }
        return found;
    });
}

}  // namespace stentor::store::mysql
