// What the operator keeps: settings, the audit, the store's own history.

#include <algorithm>

#include "store/mysql/engine.h"
#include "store/verdict.h"

namespace stentor::store::mysql {

Epoch epoch_of(Session& session) {
    const Table rows = session.run("SELECT number FROM counter WHERE name='epoch'");
    if (rows.empty()) session.fail({.kind = Failure::Kind::damaged, .text = "counter.epoch"});
    return session.failed() ? Epoch{} : Epoch{rows.row(0).number()};
}

std::uint64_t locked_counter(Session& session, std::string_view name) {
    const Table rows = session.run("SELECT number FROM counter WHERE name=? FOR UPDATE", {name});
    if (rows.empty()) session.fail({.kind = Failure::Kind::damaged, .text = "counter"});
    return session.failed() ? 0 : rows.row(0).number();
}

void set_counter(Session& session, std::string_view name, std::uint64_t number) {
    session.run("UPDATE counter SET number=? WHERE name=?", {number, name});
}

Result<void> drop_in_parts(Pool& pool, std::string_view what, const Values& values) {
    const std::string sql =
        "DELETE FROM " + std::string{what} + " LIMIT " + std::to_string(kDroppedAtOnce);
    for (bool more = true; more;) {
        const auto dropped = look(pool, [&](Session& session) -> Result<std::uint64_t> {
            return session.change(sql, values);
        });
        if (!dropped) return std::unexpected(dropped.error());
        more = *dropped == kDroppedAtOnce;
    }
    return {};
}

// ---- The audit

Result<void> AccountTables::add_audit(std::span<const AuditRow> rows) {
    if (rows.empty()) return {};
    return transact(writers_, [&](Session& session) -> Result<void> {
        const Epoch epoch = epoch_of(session);
        std::uint64_t number = locked_counter(session, "audit");
        Values lines;
        for (const AuditRow& row : rows) {
            number = next_number(epoch, number);
            lines.insert(lines.end(), {number, row.time, row.text});
        }
        set_counter(session, "audit", number);
        session.write("INSERT INTO audit (number,time_ms,line) VALUES ", 3, lines);
        return {};
    });
}

Result<std::vector<AuditRow>> AccountTables::audit(std::uint64_t before, std::size_t count_max) {
    return look(readers_, [&](Session& session) -> Result<std::vector<AuditRow>> {
        const std::uint64_t last = before == 0 ? ~std::uint64_t{0} : before - 1;
        const Table rows = session.run(
            "SELECT number,time_ms,line FROM audit WHERE number<=? ORDER BY number DESC LIMIT ?",
            {last, count_max});
        std::vector<AuditRow> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            AuditRow line{.number = row.number()};
            line.time = row.time();
            line.text = row.text();
            found.push_back(std::move(line));
        }
        return found;
    });
}

// No index tells their times: they are looked at from the oldest on.
Result<void> AccountTables::forget_audit_before(Time time) {
    for (bool more = true; more;) {
        const auto dropped = look(writers_, [&](Session& session) -> Result<bool> {
            const Table rows = session.run(
                "SELECT number,time_ms FROM audit ORDER BY number LIMIT ?", {kDroppedAtOnce});
            std::uint64_t last = 0;
            std::size_t old = 0;
            for (; old < rows.size(); ++old) {
                Row row = rows.row(old);
                const std::uint64_t number = row.number();
                if (row.time() >= time) break;
                last = number;
            }
            if (old > 0) session.run("DELETE FROM audit WHERE number<=?", {last});
            return old == kDroppedAtOnce;
        });
        if (!dropped) return std::unexpected(dropped.error());
        more = *dropped;
    }
    return {};
}

// ---- Settings

namespace {

constexpr std::size_t kSettingNameColumn = 1'200;

std::optional<Error> refuse(std::string_view name, std::optional<std::string_view> value) {
    if (name.size() > kSettingNameColumn) {
        return Error{Code::bad_field, "name", kSettingNameColumn};
    }
    return refuse_setting(name, value);
}

void write_setting(Session& session, std::string_view name, std::optional<std::string_view> value) {
    if (value) {
        session.write("INSERT INTO setting (name,a_value) VALUES ", 2, {name, *value},
                      " ON DUPLICATE KEY UPDATE a_value=VALUES(a_value)");
    } else {
        session.run("DELETE FROM setting WHERE name=?", {name});
    }
}

}  // namespace

Result<std::optional<std::string>> AccountTables::setting(std::string_view name) {
    return look(readers_, [&](Session& session) -> Result<std::optional<std::string>> {
        const Table rows = session.run("SELECT a_value FROM setting WHERE name=?", {name});
        if (rows.empty()) return std::nullopt;
        return rows.row(0).text();
    });
}

Result<void> AccountTables::set_setting(std::string_view name,
                                        std::optional<std::string_view> value) {
    if (const auto error = refuse(name, value)) return std::unexpected(*error);
    return transact(writers_, [&](Session& session) -> Result<void> {
        write_setting(session, name, value);
        return {};
    });
}

Result<void> AccountTables::replace_setting(std::string_view name,
                                            std::optional<std::string_view> former,
                                            std::optional<std::string_view> value) {
    if (const auto error = refuse(name, value)) return std::unexpected(*error);
    return transact(writers_, [&](Session& session) -> Result<void> {
        const Table rows =
            session.run("SELECT a_value FROM setting WHERE name=? FOR UPDATE", {name});
        if (session.failed()) return session.error();
        std::optional<std::string> kept;
        if (!rows.empty()) kept = rows.row(0).text();
        if (kept != former) return std::unexpected(kSettingChanged);
        if (kept || !value) {
            write_setting(session, name, value);
            return {};
        }
        // What is not there cannot be locked: of two that write it first, one meets the other's.
        session.run("INSERT INTO setting (name,a_value) VALUES (?,?)", {name, *value});
        if (session.met(Failure::Kind::duplicate)) return std::unexpected(kSettingChanged);
        return {};
    });
}

Result<std::vector<Store::Setting>> AccountTables::settings(std::string_view prefix) {
    return look(readers_, [&](Session& session) -> Result<std::vector<Setting>> {
        const Table rows =
            session.run("SELECT name,a_value FROM setting WHERE name>=? AND name<? ORDER BY name",
                        {prefix, end_of(prefix)});
        std::vector<Setting> found;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row row = rows.row(i);
            std::string name = row.text();
            found.push_back({.name = std::move(name), .value = row.text()});
        }
        return found;
    });
}

// ---- The store's own history

Result<Epoch> AccountTables::epoch() {
    return look(readers_, [](Session& session) -> Result<Epoch> { return epoch_of(session); });
}

// Every commit locks the epoch before it ends: none that was judged in the former one ends behind
// this.
Result<Epoch> AccountTables::raise_epoch(Epoch least) {
    return transact(writers_, [&](Session& session) -> Result<Epoch> {
        const Epoch raised = std::max(Epoch{locked_counter(session, "epoch") + 1}, least);
        set_counter(session, "epoch", raised.value);
        return raised;
    });
}

Result<Term> AccountTables::next_term() {
    return transact(writers_, [](Session& session) -> Result<Term> {
        const Term term{locked_counter(session, "term") + 1};
        set_counter(session, "term", term.value);
        return term;
    });
}

}  // namespace stentor::store::mysql
