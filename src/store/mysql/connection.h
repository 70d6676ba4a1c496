#pragma once
// One connection to the database, and statements on it. Every statement is prepared once for each
// connection and bears its values apart from its text. A connection never comes back by itself:
// what it had begun would be silently gone.
//
// Thread: one at a time.

#include <concepts>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/cmid.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"
#include "store/mysql/mysql_store.h"

struct st_mysql;
struct st_mysql_stmt;

namespace stentor::store::mysql {

// A value of a statement, or of a row: a number, bytes or nothing.
struct Value {
    std::uint64_t number{};
    std::string bytes;
    enum class Kind : std::uint8_t { nothing, number, bytes } kind{Kind::nothing};

    Value() = default;
    template <std::integral Number>
    Value(Number value) : number(static_cast<std::uint64_t>(value)), kind(Kind::number) {}
    template <class Enum>
        requires std::is_enum_v<Enum>
    Value(Enum value) : number(static_cast<std::uint64_t>(value)), kind(Kind::number) {}
    template <class Tag, class Rep>
    Value(Id<Tag, Rep> id) : number(id.value), kind(Kind::number) {}
    Value(Seq seq) : number(seq.value), kind(Kind::number) {}
    Value(Time time) : number(to_ms(time)), kind(Kind::number) {}
    Value(std::string_view text) : bytes(text), kind(Kind::bytes) {}
    Value(const char* text) : bytes(text), kind(Kind::bytes) {}
    Value(std::string text) : bytes(std::move(text)), kind(Kind::bytes) {}
    Value(const Digest& digest) : Value(digest.view()) {}
    Value(const Cmid& cmid) : Value(cmid.view()) {}
};
using Values = std::vector<Value>;

struct Failure {
    enum class Kind : std::uint8_t {
        none,
        lost,       // The connection is gone, and nobody knows what became of the statement.
        deadlock,   // Nothing of the transaction was written.
        lock_wait,  // Of the statement nothing was done; the transaction is still open.
        duplicate,  // Likewise: a key is there already.
        refused,    // Likewise, for another reason.
        damaged,    // A row is none that this engine writes.
        busy,       // No connection was free in time.
    };
    Kind kind{Kind::none};
    unsigned number{};  // The server's or the library's.
    std::string text;
};

// What a statement answered: rows of `columns` values each.
struct Answer {
    std::size_t columns{};
    Values values;
    std::uint64_t touched{};  // Rows that it wrote or dropped.
};

enum class Isolation : std::uint8_t { read_committed, snapshot };

class Connection {
public:
    [[nodiscard]] static std::expected<std::unique_ptr<Connection>, Failure> open(
        const MysqlOptions& options, Isolation isolation);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    [[nodiscard]] std::expected<Answer, Failure> run(std::string_view sql,
                                                     std::span<const Value> values);
    // Without values, and not prepared.
    [[nodiscard]] std::expected<void, Failure> say(std::string_view sql);
    // As the server calls itself.
    [[nodiscard]] std::string version() const;
    [[nodiscard]] bool lost() const { return lost_; }

private:
    Connection() = default;
    [[nodiscard]] std::expected<st_mysql_stmt*, Failure> prepared(std::string_view sql);
    [[nodiscard]] std::expected<Answer, Failure> rows_of(st_mysql_stmt* statement);
    [[nodiscard]] Failure failure_of(unsigned number, const char* text);
    void forget_statements();

    st_mysql* base_{};
    std::map<std::string, st_mysql_stmt*, std::less<>> statements_;
    bool lost_{};
};

}  // namespace stentor::store::mysql
