#include "store/mysql/session.h"

#include <algorithm>
#include <bit>

#include "base/log.h"
#include "store/damage.h"

namespace stentor::store::mysql {
namespace {

constexpr std::size_t kRowsAtOnce = 512;
// A server takes 16 MiB at once where nothing else is set, and ends the connection at more.
constexpr std::size_t kBytesAtOnce = std::size_t{4} << 20U;

// "(?,?)" or "?"
std::string places(std::size_t width, bool bracketed) {
    std::string text = "?";
    for (std::size_t i = 1; i < width; ++i) text += ",?";
    return bracketed || width > 1 ? "(" + text + ")" : text;
}

std::string repeated(const std::string& one, std::size_t count) {
    std::string text = one;
    text.reserve((one.size() + 1) * count);
    for (std::size_t i = 1; i < count; ++i) text += "," + one;
    return text;
}

}  // namespace

void Row::spoil(std::string_view what) {
    session_.fail({.kind = Failure::Kind::damaged, .text = std::string{what}});
}

std::expected<std::unique_ptr<Connection>, Failure> Pool::take() {
    {
        std::unique_lock lock{mutex_};
        if (!given_back_.wait_for(lock, options_.answer_within, [this] { return free_ > 0; })) {
            return std::unexpected(Failure{.kind = Failure::Kind::busy, .text = "no connection"});
        }
        --free_;
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    auto opened = Connection::open(options_, isolation_);
    if (!opened) give_back(nullptr);
    return opened;
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
    std::vector<std::unique_ptr<Connection>> closed;  // After the lock.
    {
        const std::scoped_lock lock{mutex_};
        ++free_;
        if (connection != nullptr && connection->lost()) {
            closed = std::move(idle_);
            idle_.clear();
            closed.push_back(std::move(connection));
        } else if (connection != nullptr) {
            idle_.push_back(std::move(connection));
        }
    }
    given_back_.notify_one();
}

Session::~Session() {
    if (connection_ == nullptr) return;
    // A connection that cannot roll back is lost, and the server rolls back for it.
    if (begun_ && !connection_->lost() && !connection_->say("ROLLBACK")) {
        connection_.reset();
    }
    pool_.give_back(std::move(connection_));
}

bool Session::ready() {
    if (failed()) return false;
    if (connection_ != nullptr) return true;
    auto taken = pool_.take();
    if (!taken) {
        fail(std::move(taken.error()));
        return false;
    }
    connection_ = *std::move(taken);
    return true;
}

void Session::begin() {
    if (!ready()) return;
    if (auto said = connection_->say("START TRANSACTION"); !said) return fail(said.error());
    begun_ = true;
}

void Session::commit() {
    if (!ready()) return;
    commit_sent_ = true;
    if (auto said = connection_->say("COMMIT"); !said) return fail(said.error());
    begun_ = false;
}

Table Session::run(std::string_view sql, const Values& values) {
    if (!ready()) return {*this, {}};
    auto answer = connection_->run(sql, values);
    if (!answer) {
        fail(std::move(answer.error()));
        return {*this, {}};
    }
    return {*this, *std::move(answer)};
}

std::uint64_t Session::change(std::string_view sql, const Values& values) {
    if (!ready()) return 0;
    auto answer = connection_->run(sql, values);
    if (answer) return answer->touched;
    fail(std::move(answer.error()));
    return 0;
}

Table Session::run_in(std::string_view before, std::size_t width, const Values& keys,
                      std::string_view after) {
    Table found{*this, {}};
    const std::size_t count = keys.size() / width;
    for (std::size_t first = 0; first < count && ready(); first += kRowsAtOnce) {
        const std::size_t some = std::min(kRowsAtOnce, count - first);
        Values part{keys.begin() + static_cast<std::ptrdiff_t>(first * width),
                    keys.begin() + static_cast<std::ptrdiff_t>((first + some) * width)};
        // Filled up with the last one, so that there are few statements to prepare.
        const std::size_t filled = std::bit_ceil(some);
        while (part.size() < filled * width) part.push_back(Value{part[part.size() - width]});
        auto answer =
            connection_->run(std::string{before} + "(" + repeated(places(width, false), filled) +
                                 ")" + std::string{after},
                             part);
        if (!answer) {
            fail(std::move(answer.error()));
            return {*this, {}};
        }
        found.append(*std::move(answer));
    }
    return found;
}

void Session::write(std::string_view before, std::size_t width, const Values& rows,
                    std::string_view after) {
    const std::size_t count = rows.size() / width;
    for (std::size_t first = 0; first < count && ready();) {
        std::size_t some = 0;
        std::size_t bytes = 0;
        while (some < std::min(kRowsAtOnce, count - first)) {
            for (std::size_t i = 0; i < width; ++i) {
                bytes += rows[(first + some) * width + i].bytes.size();
            }
            if (some > 0 && bytes > kBytesAtOnce) break;
            ++some;
        }
        some = std::bit_floor(some);
        const std::span<const Value> part{&rows[first * width], some * width};
        auto answer = connection_->run(
            std::string{before} + repeated(places(width, true), some) + std::string{after}, part);
        if (!answer) return fail(std::move(answer.error()));
        first += some;
    }
}

bool Session::wrote_nothing() const {
    return !commit_sent_ || failure_.kind == Failure::Kind::deadlock ||
           failure_.kind == Failure::Kind::lock_wait;
}

bool Session::met(Failure::Kind kind) {
    if (failure_.kind != kind) return false;
    failure_ = {};
    return true;
}

void Session::fail(Failure failure) {
    if (!failed()) failure_ = std::move(failure);
}

std::unexpected<Error> Session::error() const {
    if (failure_.kind == Failure::Kind::damaged) {
        if (damage().note(failure_.text)) {
            log::error("the record is damaged", {{"row", failure_.text}});
        }
        return std::unexpected(Error{.code = Code::store_unavailable,
                                     .where = kDamagedWhere,
                                     .retry_after_ms = kDamagedRetryMs});
    }
    log::warn("the database refused",
              {{"number", failure_.number}, {"text", std::string_view{failure_.text}}});
    return std::unexpected(Error{Code::store_unavailable, "database"});
}

}  // namespace stentor::store::mysql
