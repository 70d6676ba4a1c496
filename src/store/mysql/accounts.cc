// Accounts: how they come, change and are closed.

#include <algorithm>
#include <map>

#include "base/limits.h"
#include "store/mysql/engine.h"
#include "store/mysql/sql_rows.h"
#include "store/verdict.h"
#include "text/names.h"

namespace stentor::store::mysql {
namespace {

// What the tables hold of a name: far more than accounts may have.
constexpr std::size_t kNameColumn = 1'200;

std::unexpected<Error> name_taken() { return std::unexpected(Error{Code::name_taken, "name"}); }

std::optional<Error> refuse_name(const UserRow& user) {
    const bool fits = std::max({user.name.size(), user.name_key.size(),
                                text::folded(user.name_key).size()}) <= kNameColumn;
    if (fits) return std::nullopt;
    return Error{Code::bad_field, "name", kNameColumn};
}

// A change has a row under its number, and the account says which one, so that the former can be
// taken away.
void note_change(Session& session, UserId uid, std::uint64_t former) {
    const std::uint64_t number =
        next_number(epoch_of(session), locked_counter(session, "account_change"));
    set_counter(session, "account_change", number);
    if (former != 0) session.run("DELETE FROM account_change WHERE number=?", {former});
    session.run("INSERT INTO account_change (number,u,uid) VALUES (?,?,?)",
                {number, u_of(uid), uid});
    session.run("UPDATE account SET change_number=? WHERE u=? AND uid=?", {number, u_of(uid), uid});
}

void add_name(Session& session, const UserRow& user) {
    session.run("INSERT INTO account_name (folded,name_key,u,uid) VALUES (?,?,?,?)",
                {text::folded(user.name_key), user.name_key, u_of(user.uid), user.uid});
}

// Under the account's lock, without which no commit lists them by name.
void list_under_other_name(Session& session, const UserRow& before, const UserRow& after) {
    const Table places =
        session.run("SELECT p,gid FROM belongs WHERE u=? AND uid=?", {u_of(after.uid), after.uid});
    Values keys;
    for (std::size_t i = 0; i < places.size(); ++i) {
        Row row = places.row(i);
        const std::uint64_t p = row.number();
        keys.insert(keys.end(), {p, row.number(), after.uid});
    }
    const std::string folded_before = text::folded(before.name_key);
    const std::string folded_after = text::folded(after.name_key);
    const Table rows = session.run_in(
        "SELECT p,gid," + std::string{kMemberColumns} + " FROM member WHERE (p,gid,uid) IN ", 3,
        keys);
    Values former;
    Values listed;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row row = rows.row(i);
        const std::uint64_t p = row.number();
        const std::uint64_t gid = row.number();
        const MemberRow member = member_of(row);
        for (const Listed whom :
             {Listed::members, Listed::waiting, Listed::banned, Listed::staff}) {
            if (!is_listed(member, whom)) continue;
            former.insert(former.end(), {p, gid, whom, folded_before, after.uid});
            listed.insert(listed.end(), {p, gid, whom, folded_after, after.uid, after.name});
        }
    }
    session.run_in(
        "DELETE listed FROM listed FORCE INDEX (PRIMARY) WHERE (p,gid,whom,folded,uid) IN ", 5,
        former);
    session.write("INSERT INTO listed (p,gid,whom,folded,uid,name) VALUES ", 6, listed,
                  replacing("name"));
}

}  // namespace

Result<void> AccountTables::add_user(const UserRow& user) {
    if (const auto error = refuse_name(user)) return std::unexpected(*error);
    return transact(writers_, [&](Session& session) -> Result<void> {
        Values row{u_of(user.uid), 0};
        put(row, user);
        session.write(
            "INSERT INTO account (u,change_number," + std::string{kAccountColumns} + ") VALUES ",
            row.size(), row);
        add_name(session, user);
        if (session.met(Failure::Kind::duplicate)) return name_taken();
        if (state_of(user) != AccountState{.uid = user.uid}) note_change(session, user.uid, 0);
        return {};
    });
}

Result<std::optional<UserRow>> AccountTables::user(UserId uid) {
    auto rows = user_rows({&uid, 1});
    if (!rows) return std::unexpected(rows.error());
    return std::move(rows->front());
}

Result<std::vector<std::optional<UserRow>>> AccountTables::user_rows(std::span<const UserId> uids) {
    return look(readers_, [&](Session& session) -> Result<std::vector<std::optional<UserRow>>> {
        Values keys;
        for (const UserId uid : uids) keys.insert(keys.end(), {u_of(uid), uid});
        const Table rows =
            session.run_in("SELECT " + std::string{kAccountColumns} +
                               " FROM account FORCE INDEX (PRIMARY) WHERE (u,uid) IN ",
                           2, keys);
        std::map<UserId, UserRow> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            UserRow user = account_of(row);
            found.insert_or_assign(user.uid, std::move(user));
        }
        std::vector<std::optional<UserRow>> users(uids.size());
        for (std::size_t i = 0; i < uids.size(); ++i) {
            if (const auto it = found.find(uids[i]); it != found.end()) users[i] = it->second;
        }
        return users;
    });
}

Result<std::optional<UserRow>> AccountTables::user_by_name(std::string_view name_key) {
    return look(readers_, [&](Session& session) -> Result<std::optional<UserRow>> {
        const auto uids = session.run("SELECT uid FROM account_name WHERE folded=? AND name_key=?",
                                      {text::folded(name_key), name_key});
        if (uids.empty()) return std::nullopt;
        const UserId uid{uids.row(0).number()};
        const auto rows = session.run("SELECT " + std::string{kAccountColumns} +
                                          " FROM account WHERE u=? AND uid=? AND name_key=?",
                                      {u_of(uid), uid, name_key});
        if (rows.empty()) return std::nullopt;
        Row row = rows.row(0);
        return account_of(row);
    });
}

Result<UserRow> AccountTables::change_user(UserId uid, const Edit& edit) {
    return transact(writers_, [&](Session& session) -> Result<UserRow> {
        const Table rows = session.run("SELECT change_number," + std::string{kAccountColumns} +
                                           " FROM account WHERE u=? AND uid=? FOR UPDATE",
                                       {u_of(uid), uid});
        if (session.failed()) return session.error();
        if (rows.empty()) return std::unexpected(Error{Code::not_found, "uid"});
        Row row = rows.row(0);
        const std::uint64_t change = row.number();
        const UserRow before = account_of(row);
        if (session.failed()) return session.error();
        Result<UserRow> after = changed(before, edit);
        if (!after || *after == before) return after;
        if (const auto error = refuse_name(*after)) return std::unexpected(*error);
        if (after->name_key != before.name_key) {
            add_name(session, *after);
            if (session.met(Failure::Kind::duplicate)) return name_taken();
            session.run("DELETE FROM account_name WHERE folded=? AND name_key=?",
                        {text::folded(before.name_key), before.name_key});
        }
        if (after->name != before.name || after->name_key != before.name_key) {
            list_under_other_name(session, before, *after);
        }
        Values written{u_of(uid), change};
        put(written, *after);
        session.write(
            "INSERT INTO account (u,change_number," + std::string{kAccountColumns} + ") VALUES ",
            written.size(), written, replacing(kAccountColumns));
        if (state_of(*after) != state_of(before)) note_change(session, uid, change);
        return after;
    });
}

Result<AccountChanges> AccountTables::account_changes(std::uint64_t after, std::size_t count_max) {
    return transact(readers_, [&](Session& session) -> Result<AccountChanges> {
        const Table head = session.run("SELECT number FROM counter WHERE name='account_change'");
        const Table rows =
            session.run("SELECT c.number," + of_table("a", kAccountColumns) +
                            " FROM account_change c JOIN account a ON a.u=c.u AND a.uid=c.uid"
                            " WHERE c.number>? ORDER BY c.number LIMIT ?",
                        {after, count_max});
        if (session.failed()) return session.error();
        AccountChanges changes{.head = head.row(0).number()};
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            const std::uint64_t number = row.number();
            changes.rows.push_back({.number = number, .state = state_of(account_of(row))});
        }
        return changes;
    });
}

Result<std::vector<UserRow>> AccountTables::users_by_name(std::string_view prefix,
                                                          std::string_view after_key,
                                                          std::size_t count_max) {
    return look(readers_, [&](Session& session) -> Result<std::vector<UserRow>> {
        const std::string like = text::folded(prefix);
        const std::string after = text::folded(after_key);
        const Table rows = session.run(
            "SELECT " + of_table("a", kAccountColumns) +
                " FROM account_name n JOIN account a ON a.u=n.u AND a.uid=n.uid"
                " WHERE n.folded>=? AND n.folded<? AND (?=0 OR n.folded>? OR (n.folded=? AND "
                "n.name_key>?)) ORDER BY n.folded,n.name_key LIMIT ?",
            {std::max(like, after), end_of(like), after_key.empty() ? 0 : 1, after, after,
             after_key, count_max});
        std::vector<UserRow> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            found.push_back(account_of(row));
        }
        return found;
    });
}

}  // namespace stentor::store::mysql
