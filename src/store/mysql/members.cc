// Who is, was or wants to be in a group.

#include <algorithm>
#include <map>

#include "store/mysql/engine.h"
#include "store/mysql/sql_rows.h"
#include "store/verdict.h"
#include "text/names.h"

namespace stentor::store::mysql {

Result<std::optional<MemberRow>> MemberTables::member(GroupId gid, UserId uid) {
    const MemberKey key{.gid = gid, .uid = uid};
    auto rows = member_rows({&key, 1});
    if (!rows) return std::unexpected(rows.error());
    return rows->front();
}

Result<std::vector<std::optional<MemberRow>>> MemberTables::member_rows(
    std::span<const MemberKey> keys) {
    return look(readers_, [&](Session& session) -> Result<std::vector<std::optional<MemberRow>>> {
        Values wanted;
        for (const auto& [gid, uid] : keys) wanted.insert(wanted.end(), {p_of(gid), gid, uid});
        const Table rows = session.run_in(
            "SELECT gid," + std::string{kMemberColumns} + " FROM member WHERE (p,gid,uid) IN ", 3,
            wanted);
        std::map<std::pair<GroupId, UserId>, MemberRow> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            const GroupId gid{row.number()};
            const MemberRow member = member_of(row);
            found.insert_or_assign({gid, member.uid}, member);
        }
        std::vector<std::optional<MemberRow>> members(keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto it = found.find({keys[i].gid, keys[i].uid});
            if (it != found.end()) members[i] = it->second;
        }
        return members;
    });
}

Result<std::vector<MemberRow>> MemberTables::members(GroupId gid, UserId after,
                                                     std::size_t count_max) {
    return look(readers_, [&](Session& session) -> Result<std::vector<MemberRow>> {
        const Table rows = session.run("SELECT " + std::string{kMemberColumns} +
                                           " FROM member WHERE p=? AND gid=? AND uid>?"
                                           " ORDER BY uid LIMIT ?",
                                       {p_of(gid), gid, after, count_max});
        std::vector<MemberRow> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            found.push_back(member_of(row));
        }
        return found;
    });
}

Result<std::vector<Membership>> MemberTables::memberships(UserId uid, std::size_t count_max) {
    return look(readers_, [&](Session& session) -> Result<std::vector<Membership>> {
        const Table rows = session.run(
            "SELECT b.gid," + of_table("m", kMemberColumns) +
                " FROM belongs b JOIN member m ON m.p=b.p AND m.gid=b.gid AND m.uid=b.uid"
                " WHERE b.u=? AND b.uid=? AND b.present=1 ORDER BY b.gid LIMIT ?",
            {u_of(uid), uid, count_max});
        std::vector<Membership> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            const GroupId gid{row.number()};
            found.push_back({.gid = gid, .row = member_of(row)});
        }
        return found;
    });
}

Result<std::vector<std::vector<GroupId>>> MemberTables::group_lists(std::span<const UserId> uids,
                                                                    std::size_t count_max) {
    return look(readers_, [&](Session& session) -> Result<std::vector<std::vector<GroupId>>> {
        Values keys;
        for (const UserId uid : uids) keys.insert(keys.end(), {u_of(uid), uid, 1});
        const Table rows = session.run_in("SELECT uid,gid FROM belongs WHERE (u,uid,present) IN ",
                                          3, keys, " ORDER BY uid,gid");
        std::map<UserId, std::vector<GroupId>> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            std::vector<GroupId>& groups = found[{row.number()}];
            const GroupId gid{row.number()};
            if (groups.size() < count_max) groups.push_back(gid);
        }
        std::vector<std::vector<GroupId>> lists;
        for (const UserId uid : uids) lists.push_back(found[uid]);
        return lists;
    });
}

Result<std::vector<NamedMember>> MemberTables::members_by_name(GroupId gid, std::string_view prefix,
                                                               const NamePlace& after, Listed whom,
                                                               std::size_t count_max) {
    return look(readers_, [&](Session& session) -> Result<std::vector<NamedMember>> {
        const std::string like = text::folded(prefix);
        const std::string place = text::folded(after.name_key);
        const Table rows = session.run(
            "SELECT l.name," + of_table("m", kMemberColumns) +
                " FROM listed l JOIN member m ON m.p=l.p AND m.gid=l.gid AND m.uid=l.uid"
                " WHERE l.p=? AND l.gid=? AND l.whom=? AND l.folded>=? AND l.folded<?"
                " AND (l.folded>? OR (l.folded=? AND l.uid>?))"
                " ORDER BY l.folded,l.uid LIMIT ?",
            {p_of(gid), gid, whom, std::max(like, place), end_of(like), place, place, after.uid,
             count_max});
        std::vector<NamedMember> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            std::string name = row.text();
            found.push_back({.row = member_of(row), .name = std::move(name)});
        }
        return found;
    });
}

}  // namespace stentor::store::mysql
