#include "store/mysql/connection.h"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace stentor::store::mysql {
namespace {

// Statements of several rows differ by how many they have, so there are more than this source
// shows.
constexpr std::size_t kStatementsKept = 256;
constexpr std::size_t kShownOfStatement = 60;

unsigned seconds(Millis time) {
    return static_cast<unsigned>(std::max<std::int64_t>(1, (time.count() + 999) / 1'000));
}

void set_options(MYSQL* base, const MysqlOptions& options) {
    const unsigned connect_within = seconds(options.connect_within);
    const unsigned answer_within = seconds(options.answer_within);
    const unsigned none = 0;
    const my_bool yes = 1;
    const my_bool no = 0;
    mysql_options(base, MYSQL_OPT_CONNECT_TIMEOUT, &connect_within);
    mysql_options(base, MYSQL_OPT_READ_TIMEOUT, &answer_within);
    mysql_options(base, MYSQL_OPT_WRITE_TIMEOUT, &answer_within);
    mysql_options(base, MYSQL_OPT_RECONNECT, &no);
    mysql_options(base, MYSQL_OPT_LOCAL_INFILE, &none);
    mysql_options(base, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (options.authority.empty()) return;
    mysql_options(base, MYSQL_OPT_SSL_ENFORCE, &yes);
    mysql_options(base, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
    mysql_options(base, MYSQL_OPT_SSL_CA, options.authority.c_str());
}

bool is_number(enum_field_types type) {
    return type == MYSQL_TYPE_TINY || type == MYSQL_TYPE_SHORT || type == MYSQL_TYPE_INT24 ||
           type == MYSQL_TYPE_LONG || type == MYSQL_TYPE_LONGLONG;
}

std::vector<MYSQL_BIND> bound(std::span<const Value> values) {
    std::vector<MYSQL_BIND> binds(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        MYSQL_BIND& bind = binds[i];
        // The library does not write to what it sends.
        auto& value = const_cast<Value&>(values[i]);
        bind.buffer_type = MYSQL_TYPE_NULL;
        if (value.kind == Value::Kind::number) {
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.buffer = &value.number;
            bind.is_unsigned = 1;
        } else if (value.kind == Value::Kind::bytes) {
            bind.buffer_type = MYSQL_TYPE_BLOB;
            bind.buffer = value.bytes.data();
            bind.buffer_length = value.bytes.size();
        }
    }
    return binds;
}

}  // namespace

std::expected<std::unique_ptr<Connection>, Failure> Connection::open(const MysqlOptions& options,
                                                                     Isolation isolation) {
    static std::once_flag once;
    std::call_once(once, [] { mysql_server_init(0, nullptr, nullptr); });
    std::unique_ptr<Connection> connection{new Connection};
    connection->base_ = mysql_init(nullptr);
    if (connection->base_ == nullptr) {
        return std::unexpected(Failure{.kind = Failure::Kind::refused, .text = "no memory"});
    }
    set_options(connection->base_, options);
    const auto text = [](const std::string& value) {
        return value.empty() ? nullptr : value.c_str();
    };
    if (mysql_real_connect(connection->base_, text(options.host), options.user.c_str(),
                           text(options.password), options.database.c_str(), options.port,
                           text(options.socket), 0) == nullptr) {
        return std::unexpected(
            connection->failure_of(mysql_errno(connection->base_), mysql_error(connection->base_)));
    }
    for (const std::string& line :
         {std::string{"SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'"},
          "SET SESSION innodb_lock_wait_timeout = " + std::to_string(options.lock_wait_s),
          std::string{"SET SESSION TRANSACTION ISOLATION LEVEL "} +
              (isolation == Isolation::snapshot ? "REPEATABLE READ" : "READ COMMITTED")}) {
        if (auto said = connection->say(line); !said) return std::unexpected(said.error());
    }
    return connection;
}

Connection::~Connection() {
    forget_statements();
    if (base_ != nullptr) mysql_close(base_);
}

void Connection::forget_statements() {
    for (const auto& [sql, statement] : statements_) mysql_stmt_close(statement);
    statements_.clear();
}

std::string Connection::version() const { return mysql_get_server_info(base_); }

Failure Connection::failure_of(unsigned number, const char* text) {
    using enum Failure::Kind;
    Failure failure{.kind = refused, .number = number, .text = text};
    if (number >= CR_MIN_ERROR && number <= CR_MAX_ERROR) failure.kind = lost;
    if (number == ER_SERVER_SHUTDOWN || number == ER_CONNECTION_KILLED) failure.kind = lost;
    if (number == ER_LOCK_DEADLOCK) failure.kind = deadlock;
    if (number == ER_LOCK_WAIT_TIMEOUT) failure.kind = lock_wait;
    if (number == ER_DUP_ENTRY) failure.kind = duplicate;
    if (failure.kind == lost) lost_ = true;
    return failure;
}

std::expected<void, Failure> Connection::say(std::string_view sql) {
    if (mysql_real_query(base_, sql.data(), sql.size()) != 0) {
        return std::unexpected(failure_of(mysql_errno(base_), mysql_error(base_)));
    }
    return {};
}

std::expected<st_mysql_stmt*, Failure> Connection::prepared(std::string_view sql) {
    if (const auto known = statements_.find(sql); known != statements_.end()) return known->second;
    if (statements_.size() == kStatementsKept) forget_statements();
    MYSQL_STMT* statement = mysql_stmt_init(base_);
    const my_bool yes = 1;
    mysql_stmt_attr_set(statement, STMT_ATTR_UPDATE_MAX_LENGTH, &yes);
    if (mysql_stmt_prepare(statement, sql.data(), sql.size()) != 0) {
        const Failure failure =
            failure_of(mysql_stmt_errno(statement), mysql_stmt_error(statement));
        mysql_stmt_close(statement);
        return std::unexpected(failure);
    }
    statements_.emplace(sql, statement);
    return statement;
}

std::expected<Answer, Failure> Connection::run(std::string_view sql,
                                               std::span<const Value> values) {
    const auto statement = prepared(sql);
    if (!statement) return std::unexpected(statement.error());
    std::vector<MYSQL_BIND> binds = bound(values);
    if (mysql_stmt_param_count(*statement) != values.size()) {
        return std::unexpected(Failure{.kind = Failure::Kind::refused,
                                       .text = "not as many values as the statement has places"});
    }
    if ((!binds.empty() && mysql_stmt_bind_param(*statement, binds.data()) != 0) ||
        mysql_stmt_execute(*statement) != 0) {
        Failure failure = failure_of(mysql_stmt_errno(*statement), mysql_stmt_error(*statement));
        // Values are not in it.
        failure.text.append(" in ").append(sql.substr(0, kShownOfStatement));
        return std::unexpected(std::move(failure));
    }
    if (mysql_stmt_field_count(*statement) == 0) {
        return Answer{.columns = 0, .values = {}, .touched = mysql_stmt_affected_rows(*statement)};
    }
    return rows_of(*statement);
}

std::expected<Answer, Failure> Connection::rows_of(st_mysql_stmt* statement) {
    const auto failed = [&] {
        return std::unexpected(
            failure_of(mysql_stmt_errno(statement), mysql_stmt_error(statement)));
    };
    if (mysql_stmt_store_result(statement) != 0) return failed();
    MYSQL_RES* shape = mysql_stmt_result_metadata(statement);
    if (shape == nullptr) return failed();
    Answer answer{.columns = mysql_num_fields(shape), .values = {}};
    std::vector<MYSQL_BIND> binds(answer.columns);
    std::vector<std::uint64_t> numbers(answer.columns);
    std::vector<std::string> texts(answer.columns);
    std::vector<unsigned long> lengths(answer.columns);
    std::vector<my_bool> nulls(answer.columns);
    for (std::size_t i = 0; i < answer.columns; ++i) {
        const MYSQL_FIELD& field = mysql_fetch_fields(shape)[i];
        binds[i].is_null = &nulls[i];
        binds[i].length = &lengths[i];
        if (is_number(field.type)) {
            binds[i].buffer_type = MYSQL_TYPE_LONGLONG;
            binds[i].buffer = &numbers[i];
            binds[i].is_unsigned = 1;
        } else {
            texts[i].resize(field.max_length);
            binds[i].buffer_type = MYSQL_TYPE_BLOB;
            binds[i].buffer = texts[i].data();
            binds[i].buffer_length = texts[i].size();
        }
    }
    mysql_free_result(shape);
    if (mysql_stmt_bind_result(statement, binds.data()) != 0) return failed();
    answer.values.reserve(answer.columns * mysql_stmt_num_rows(statement));
    int fetched = 0;
    while ((fetched = mysql_stmt_fetch(statement)) == 0) {
        for (std::size_t i = 0; i < answer.columns; ++i) {
            if (nulls[i] != 0) {
                answer.values.emplace_back();
            } else if (binds[i].buffer_type == MYSQL_TYPE_LONGLONG) {
                answer.values.emplace_back(numbers[i]);
            } else {
                answer.values.emplace_back(std::string_view{texts[i]}.substr(0, lengths[i]));
            }
        }
    }
    if (fetched == MYSQL_DATA_TRUNCATED) {
        return std::unexpected(
            Failure{.kind = Failure::Kind::damaged, .text = "a value is longer than it was said"});
    }
    if (fetched != MYSQL_NO_DATA) return failed();
    mysql_stmt_free_result(statement);
    return answer;
}

}  // namespace stentor::store::mysql
