#include "store/mysql/schema.h"

#include <array>
#include <span>

#include "base/log.h"

// Every table of a group's rows begins with the group's partition `p`, of a user's with the user's
// `u`: a database of several machines keeps such rows together. All text is bytes, which are equal
// where they are the same and nowhere else: in every collation of characters all emoji are one.
// Names that begin with a_ or end with _seq are so because the plain words are SQL's.

namespace stentor::store::mysql {
namespace {

constexpr std::string_view kTables[] = {
    "CREATE TABLE IF NOT EXISTS counter (name VARBINARY(32) NOT NULL, "
    "number BIGINT UNSIGNED NOT NULL, PRIMARY KEY (name))",

    // ---- A group
    "CREATE TABLE IF NOT EXISTS head (p SMALLINT UNSIGNED NOT NULL, gid BIGINT UNSIGNED NOT NULL, "
    "epoch BIGINT UNSIGNED NOT NULL, term BIGINT UNSIGNED NOT NULL, "
    "version BIGINT UNSIGNED NOT NULL, seq BIGINT UNSIGNED NOT NULL, "
    "digest VARBINARY(16) NOT NULL, ordinal BIGINT UNSIGNED NOT NULL, "
    "time_ms BIGINT UNSIGNED NOT NULL, floor_seq BIGINT UNSIGNED NOT NULL, "
    "floor_digest VARBINARY(16) NOT NULL, home INT UNSIGNED NOT NULL, "
    "members BIGINT UNSIGNED NOT NULL, creator BIGINT UNSIGNED NOT NULL, "
    "settings MEDIUMBLOB NOT NULL, forks VARBINARY(255) NOT NULL, "
    "PRIMARY KEY (p, gid), KEY by_gid (gid))",
    "CREATE TABLE IF NOT EXISTS entry (p SMALLINT UNSIGNED NOT NULL, "
    "gid BIGINT UNSIGNED NOT NULL, seq BIGINT UNSIGNED NOT NULL, "
    "time_ms BIGINT UNSIGNED NOT NULL, digest VARBINARY(16) NOT NULL, size INT UNSIGNED NOT NULL, "
    "bytes MEDIUMBLOB NOT NULL, PRIMARY KEY (p, gid, seq))",
    "CREATE TABLE IF NOT EXISTS sent (p SMALLINT UNSIGNED NOT NULL, gid BIGINT UNSIGNED NOT NULL, "
    "cmid VARBINARY(16) NOT NULL, uid BIGINT UNSIGNED NOT NULL, seq BIGINT UNSIGNED NOT NULL, "
    "body_hash VARBINARY(16) NOT NULL, PRIMARY KEY (p, gid, cmid, uid), KEY by_cmid (cmid))",
    "CREATE TABLE IF NOT EXISTS member (p SMALLINT UNSIGNED NOT NULL, "
    "gid BIGINT UNSIGNED NOT NULL, uid BIGINT UNSIGNED NOT NULL, "
    "a_role TINYINT UNSIGNED NOT NULL, flags TINYINT UNSIGNED NOT NULL, "
    "floor_seq BIGINT UNSIGNED NOT NULL, read_seq BIGINT UNSIGNED NOT NULL, "
    "left_seq BIGINT UNSIGNED NOT NULL, version BIGINT UNSIGNED NOT NULL, "
    "joined BIGINT UNSIGNED NOT NULL, muted_until BIGINT UNSIGNED NOT NULL, "
    "put_out BIGINT UNSIGNED NOT NULL, PRIMARY KEY (p, gid, uid))",
    // Who is found by name, in which list, in the order of folded names.
    "CREATE TABLE IF NOT EXISTS listed (p SMALLINT UNSIGNED NOT NULL, "
    "gid BIGINT UNSIGNED NOT NULL, whom TINYINT UNSIGNED NOT NULL, "
    "folded VARBINARY(1200) NOT NULL, uid BIGINT UNSIGNED NOT NULL, "
    "name VARBINARY(1200) NOT NULL, PRIMARY KEY (p, gid, whom, folded, uid))",
    "CREATE TABLE IF NOT EXISTS invite (p SMALLINT UNSIGNED NOT NULL, "
    "gid BIGINT UNSIGNED NOT NULL, code VARBINARY(64) NOT NULL, made_by BIGINT UNSIGNED NOT NULL, "
    "expires BIGINT UNSIGNED NOT NULL, uses_left INT UNSIGNED, made BIGINT UNSIGNED NOT NULL, "
    "uses INT UNSIGNED NOT NULL, ended TINYINT UNSIGNED NOT NULL, name VARBINARY(1200) NOT NULL, "
    "PRIMARY KEY (p, gid, code))",
    "CREATE TABLE IF NOT EXISTS reaction (p SMALLINT UNSIGNED NOT NULL, "
    "gid BIGINT UNSIGNED NOT NULL, seq BIGINT UNSIGNED NOT NULL, uid BIGINT UNSIGNED NOT NULL, "
    "emoji VARBINARY(64) NOT NULL, PRIMARY KEY (p, gid, seq, uid, emoji), "
    "KEY by_uid (p, gid, uid, seq))",
    "CREATE TABLE IF NOT EXISTS tally (p SMALLINT UNSIGNED NOT NULL, gid BIGINT UNSIGNED NOT NULL, "
    "seq BIGINT UNSIGNED NOT NULL, counts BLOB NOT NULL, PRIMARY KEY (p, gid, seq))",
    "CREATE TABLE IF NOT EXISTS hidden (p SMALLINT UNSIGNED NOT NULL, "
    "gid BIGINT UNSIGNED NOT NULL, uid BIGINT UNSIGNED NOT NULL, seq BIGINT UNSIGNED NOT NULL, "
    "PRIMARY KEY (p, gid, uid, seq), KEY by_seq (p, gid, seq))",
    "CREATE TABLE IF NOT EXISTS note (p SMALLINT UNSIGNED NOT NULL, gid BIGINT UNSIGNED NOT NULL, "
    "uid BIGINT UNSIGNED NOT NULL, anchor BIGINT UNSIGNED NOT NULL, "
    "number BIGINT UNSIGNED NOT NULL, bytes BLOB NOT NULL, "
    "PRIMARY KEY (p, gid, uid, anchor, number), KEY by_anchor (p, gid, anchor))",
    "CREATE TABLE IF NOT EXISTS moderation (p SMALLINT UNSIGNED NOT NULL, "
    "gid BIGINT UNSIGNED NOT NULL, number BIGINT UNSIGNED NOT NULL, "
    "time_ms BIGINT UNSIGNED NOT NULL, done_by BIGINT UNSIGNED NOT NULL, "
    "kind TINYINT UNSIGNED NOT NULL, uid BIGINT UNSIGNED NOT NULL, "
    "epoch BIGINT UNSIGNED NOT NULL, seq BIGINT UNSIGNED NOT NULL, "
    "a_value BIGINT UNSIGNED NOT NULL, reason VARBINARY(1200) NOT NULL, "
    "PRIMARY KEY (p, gid, number))",
    // What a commit changed beside adding entries.
    "CREATE TABLE IF NOT EXISTS changed (p SMALLINT UNSIGNED NOT NULL, "
    "gid BIGINT UNSIGNED NOT NULL, version BIGINT UNSIGNED NOT NULL, entries MEDIUMBLOB NOT NULL, "
    "members MEDIUMBLOB NOT NULL, PRIMARY KEY (p, gid, version))",
    // Across groups: one row for each commit that the feed tells.
    "CREATE TABLE IF NOT EXISTS feed (number BIGINT UNSIGNED NOT NULL, "
    "gid BIGINT UNSIGNED NOT NULL, first_seq BIGINT UNSIGNED NOT NULL, "
    "last_seq BIGINT UNSIGNED NOT NULL, changed MEDIUMBLOB NOT NULL, "
    "members MEDIUMBLOB NOT NULL, PRIMARY KEY (number))",

    // ---- A user
    // Every group that has a row of theirs; `present`: of which they are a member now.
    "CREATE TABLE IF NOT EXISTS belongs (u SMALLINT UNSIGNED NOT NULL, "
    "uid BIGINT UNSIGNED NOT NULL, gid BIGINT UNSIGNED NOT NULL, p SMALLINT UNSIGNED NOT NULL, "
    "present TINYINT UNSIGNED NOT NULL, PRIMARY KEY (u, uid, gid), "
    "KEY by_present (u, uid, present, gid))",
    "CREATE TABLE IF NOT EXISTS user_log_head (u SMALLINT UNSIGNED NOT NULL, "
    "uid BIGINT UNSIGNED NOT NULL, newest BIGINT UNSIGNED NOT NULL DEFAULT 0, PRIMARY KEY (u, "
    "uid))",
    "CREATE TABLE IF NOT EXISTS user_log (u SMALLINT UNSIGNED NOT NULL, "
    "uid BIGINT UNSIGNED NOT NULL, place BIGINT UNSIGNED NOT NULL, "
    "number BIGINT UNSIGNED NOT NULL, bytes MEDIUMBLOB NOT NULL, PRIMARY KEY (u, uid, place))",
    "CREATE TABLE IF NOT EXISTS account (u SMALLINT UNSIGNED NOT NULL, "
    "uid BIGINT UNSIGNED NOT NULL, name VARBINARY(1200) NOT NULL, "
    "name_key VARBINARY(1200) NOT NULL, password VARBINARY(4096) NOT NULL, "
    "created BIGINT UNSIGNED NOT NULL, disabled TINYINT UNSIGNED NOT NULL, "
    "erased TINYINT UNSIGNED NOT NULL, tokens_since BIGINT UNSIGNED NOT NULL, "
    "sign_ins BLOB NOT NULL, ended_tokens BLOB NOT NULL, per_s INT UNSIGNED NOT NULL, "
    "burst INT UNSIGNED NOT NULL, picture VARBINARY(2100) NOT NULL, "
    "change_number BIGINT UNSIGNED NOT NULL, PRIMARY KEY (u, uid))",
    "CREATE TABLE IF NOT EXISTS account_name (folded VARBINARY(1200) NOT NULL, "
    "name_key VARBINARY(1200) NOT NULL, u SMALLINT UNSIGNED NOT NULL, "
    "uid BIGINT UNSIGNED NOT NULL, PRIMARY KEY (folded, name_key))",
    "CREATE TABLE IF NOT EXISTS account_change (number BIGINT UNSIGNED NOT NULL, "
    "u SMALLINT UNSIGNED NOT NULL, uid BIGINT UNSIGNED NOT NULL, PRIMARY KEY (number))",

    // ---- The operator
    "CREATE TABLE IF NOT EXISTS audit (number BIGINT UNSIGNED NOT NULL, "
    "time_ms BIGINT UNSIGNED NOT NULL, line MEDIUMBLOB NOT NULL, PRIMARY KEY (number))",
    "CREATE TABLE IF NOT EXISTS setting (name VARBINARY(1200) NOT NULL, "
    "a_value MEDIUMBLOB NOT NULL, PRIMARY KEY (name))",

    "INSERT INTO counter (name, number) VALUES ('epoch', 1), ('term', 0), ('feed', 0), "
    "('feed_floor', 0), ('account_change', 0), ('audit', 0) "
    "ON DUPLICATE KEY UPDATE number = number",
};

// What makes of form n the form n + 1, from 0 on. A statement commits what came before it, so each
// step can be taken again from its beginning.
constexpr std::array<std::span<const std::string_view>, 1> kSteps{kTables};

// The server's own default may be an engine without transactions.
std::expected<void, Failure> make(Connection& connection, std::string_view statement) {
    const bool table = statement.starts_with("CREATE TABLE");
    return connection.say(std::string{statement} + (table ? " ENGINE=InnoDB" : ""));
}

Result<void> refuse(const Failure& failure) {
    log::error("the tables cannot be made",
               {{"number", failure.number}, {"text", std::string_view{failure.text}}});
    return std::unexpected(Error{Code::store_unavailable, "tables"});
}

}  // namespace

Result<void> bring_to_newest_form(Connection& connection) {
    if (auto made = make(connection, kTables[0]); !made) return refuse(made.error());
    const auto found = connection.run("SELECT number FROM counter WHERE name = 'form'", {});
    if (!found) return refuse(found.error());
    const std::uint64_t form = found->values.empty() ? 0 : found->values[0].number;
    if (form > kSteps.size()) {
        log::error("the database was written by a later version",
                   {{"form", form}, {"newest", kSteps.size()}});
        return std::unexpected(Error{Code::store_unavailable, "later version"});
    }
    for (std::uint64_t next = form; next < kSteps.size(); ++next) {
        for (const std::string_view statement : kSteps[next]) {
            if (auto made = make(connection, statement); !made) return refuse(made.error());
        }
        // Several may come to this at once; none brings it back.
        const Values step{next + 1, next + 1, next + 1};
        const auto noted = connection.run(
            "INSERT INTO counter (name, number) VALUES ('form', ?) "
            "ON DUPLICATE KEY UPDATE number = CASE WHEN number < ? THEN ? ELSE number END",
            step);
        if (!noted) return refuse(noted.error());
    }
    return {};
}

}  // namespace stentor::store::mysql
