#pragma once
// A bounded set of connections, and what is done on one of them: a look, or a transaction.
//
// A session does nothing more after its first failure: statements answer no rows then, so what
// found nothing asks failed() before it says so. What was begun and not committed is rolled back,
// also after a wait for a lock that was too long, of which the server undoes one statement alone.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/code.h"
#include "store/mysql/connection.h"

namespace stentor::store::mysql {

class Session;

// A row of an answer, read from its first column on.
class Row {
public:
    Row(Session& session, const Value* next) : session_(session), next_(next) {}

    std::uint64_t number() { return next_++->number; }
    std::string text() { return next_++->bytes; }
    Time time() { return from_ms(number()); }
    Digest digest() { return Digest::from(text()); }
    bool flag() { return number() != 0; }
    // Nothing where the column holds nothing.
    std::optional<std::uint64_t> maybe() {
        const Value& value = *next_++;
        if (value.kind == Value::Kind::nothing) return std::nullopt;
        return value.number;
    }
    // It is none that this engine writes: the session fails.
    void spoil(std::string_view what);

private:
    Session& session_;
    const Value* next_;
};

class Table {
public:
    Table(Session& session, Answer answer) : session_(session), answer_(std::move(answer)) {}

    [[nodiscard]] std::size_t size() const {
        return answer_.columns == 0 ? 0 : answer_.values.size() / answer_.columns;
    }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] Row row(std::size_t i) const {
        return {session_, &answer_.values[i * answer_.columns]};
    }
    void append(Answer more) {
        answer_.columns = more.columns;
        answer_.values.insert(answer_.values.end(), std::move_iterator{more.values.begin()},
                              std::move_iterator{more.values.end()});
    }

private:
    Session& session_;
    Answer answer_;
};

// Thread: any.
class Pool {
public:
    Pool(MysqlOptions options, Isolation isolation, std::size_t size)
        : options_(std::move(options)), isolation_(isolation), free_(size) {}

    [[nodiscard]] std::expected<std::unique_ptr<Connection>, Failure> take();
    // Null, or a lost one: its place is free. Those that wait to be taken are closed with a lost
    // one, because a server that went away took them all.
    void give_back(std::unique_ptr<Connection> connection);

private:
    const MysqlOptions options_;
    const Isolation isolation_;
    std::mutex mutex_;
    std::condition_variable given_back_;
    std::size_t free_;  // Places.
    std::vector<std::unique_ptr<Connection>> idle_;
};

class Session {
public:
    explicit Session(Pool& pool) : pool_(pool) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    void begin();
    void commit();
    Table run(std::string_view sql, const Values& values = {});
    // How many rows it wrote or dropped.
    std::uint64_t change(std::string_view sql, const Values& values);
    // `before` (key, key ...) `after`, each key of `width` values; many keys are several
    // statements, whose rows come one after the other. Keys that are locked come sorted.
    Table run_in(std::string_view before, std::size_t width, const Values& keys,
                 std::string_view after = {});
    // `before` (row), (row) ... `after`, each row of `width` values: as few statements as may be.
    void write(std::string_view before, std::size_t width, const Values& rows,
               std::string_view after = {});

    [[nodiscard]] bool failed() const { return failure_.kind != Failure::Kind::none; }
    [[nodiscard]] const Failure& failure() const { return failure_; }
    // Whether it is certain that nothing was written.
    [[nodiscard]] bool wrote_nothing() const;
    // Whether it failed so. Then it goes on: for a key that is there already, of whose statement
    // nothing was done, and for a damaged row.
    [[nodiscard]] bool met(Failure::Kind kind);
    void fail(Failure failure);
    // Of a failed one; tells the log.
    [[nodiscard]] std::unexpected<Error> error() const;

private:
    [[nodiscard]] bool ready();

    Pool& pool_;
    std::unique_ptr<Connection> connection_;
    Failure failure_;
    bool begun_{};
    bool commit_sent_{};
};

inline constexpr int kTries = 8;

// `body` in a transaction, which is committed where it answers a value. Once more after a deadlock,
// or where the connection was lost before the end.
template <class Body>
auto transact(Pool& pool, const Body& body) -> decltype(body(std::declval<Session&>())) {
    for (int tries = 1;; ++tries) {
        Session session{pool};
        session.begin();
        auto result = body(session);
        if (!session.failed() && result) session.commit();
        if (!session.failed()) return result;
        const Failure::Kind kind = session.failure().kind;
        const bool again = kind == Failure::Kind::deadlock ||
                           (kind == Failure::Kind::lost && session.wrote_nothing());
        if (!again || tries == kTries) return session.error();
    }
}

// `body` on a connection, one statement of its own after the other.
template <class Body>
auto look(Pool& pool, const Body& body) -> decltype(body(std::declval<Session&>())) {
    for (int tries = 1;; ++tries) {
        Session session{pool};
        auto result = body(session);
        if (!session.failed()) return result;
        if (session.failure().kind != Failure::Kind::lost || tries == kTries) {
            return session.error();
        }
    }
}

}  // namespace stentor::store::mysql
