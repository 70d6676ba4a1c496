#include "net/loop.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <system_error>
#include <utility>

#include "net/loop_constants.h"
#include "net/sockets.h"
#include "net/ws/frame.h"

namespace stentor::net {
namespace {

// A shard's share of what is bounded for all. The kernel spreads connections by chance: one shard
// may get so many more than another.
std::uint32_t share_of(std::uint32_t all, std::uint32_t shards) {
    const double mean = static_cast<double>(all) / shards;
    return shards == 1 ? all : static_cast<std::uint32_t>(std::ceil(mean + 5 * std::sqrt(mean)));
}

access::Admission::Limits limits_of(const Options& options) {
    const Handshakes& handshakes = options.handshakes;
    return {.per_s = static_cast<double>(handshakes.per_s) / options.shards,
            .open = share_of(handshakes.open, options.shards),
            .open_of_one = share_of(handshakes.open_of_one, options.shards)};
}

}  // namespace

Loop::Loop(std::uint32_t id, const Options& options, const access::Networks& trusted,
           Mailbox& mailbox, Gate& gate)
    : id_(id),
      options_(options),
      trusted_(trusted),
      mailbox_(mailbox),
      gate_(gate),
      shard_(*this),
      now_(stentor::now()),
      random_(std::random_device{}()),
      admission_(limits_of(options), now_, random_()),
      table_(id),
      wheel_(now_) {}

// The descriptors were closed by end(), in the table that they were in.
Loop::~Loop() = default;

void Loop::start() {
    buffer_ = std::make_unique<char[]>(kReadBytes);
    if (certificate_ != nullptr) ciphertext_ = std::make_unique<char[]>(kCiphertextBytes);
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = kMailSource}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, mailbox_.wake_descriptor(), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

void Loop::run() {
    while (!stopping_) turn();
    end();
}

void Loop::turn() {
    std::array<epoll_event, kEventsPerTurn> events;
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), timeout_ms());
    now_ = stentor::now();
    counters_.turns.add();
    handshake_steps_left_ = limits::kHandshakeStepsPerTurn;
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        on_event(event.data.u64, event.events);
    }
    read_ready();
    reap();
    run_mail();
    run_timers();
    reap();
    hand_over_turn();
    reap();
}

int Loop::timeout_ms() const {
    if (more_ || stopping_ || !ready_.empty()) return 0;
    Time at = std::min(accept_again_, wheel_.next().value_or(Time::max()));
    if (handler_ != nullptr) at = std::min(at, handler_->next_wake().value_or(Time::max()));
    if (at == Time::max()) return -1;
    const Millis wait = at - stentor::now();
    return static_cast<int>(std::clamp(wait, Millis{0}, kSleepMax).count());
}

void Loop::on_event(std::uint64_t source, std::uint32_t events) {
    if (source == kMailSource) return;  // Mail is looked at in every turn.
    if (source >= kFirstListenerSource) {
        return accept_some(source - kFirstListenerSource, kAcceptsPerTurn);
    }
    const auto index = static_cast<std::uint32_t>(source);
    Connection& connection = table_.at(index);
    if (connection.phase == Phase::free || connection.dead) return;
    if ((events & EPOLLERR) != 0) {
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(connection.descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
        return on_socket_error(index, error);
    }
    if ((events & (EPOLLRDHUP | EPOLLHUP)) != 0) connection.hung_up = true;
    if ((events & EPOLLOUT) != 0) {
        connection.backlog != nullptr ? flush(index) : tell_drained(index);
        if (connection.phase == Phase::handshake) connection.tls()->on_writable();
    }
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) != 0) read(index);
}

void Loop::read_ready() {
    reading_.swap(ready_);
    // A place that was freed since, or given to another connection, is read once for nothing.
    for (const std::uint32_t index : reading_) {
        table_.at(index).ready = false;
        read(index);
    }
    reading_.clear();
}

void Loop::run_mail() {
    mailbox_.take(mails_);
    counters_.mails.add(mails_.size());
    in_mail_ = true;
    for (Mailbox::Mail& mail : mails_) mail();
    in_mail_ = false;
    mails_.clear();
    push_replies();
}

void Loop::run_timers() {
    if (accept_again_ <= now_) resume_accepting();
    fired_.clear();
    wheel_.advance(now_, fired_);
    for (const std::uint32_t index : fired_) on_timer(index);
}

void Loop::on_timer(std::uint32_t index) {
    Connection& connection = table_.at(index);
    if (connection.phase == Phase::free || connection.dead) return;
    if (connection.backlog != nullptr && connection.backlog->stuck_at() <= now_) on_stuck(index);
    if (connection.app_deadline <= now_) {
        connection.app_deadline = Time::max();
        handler_->on_deadline(table_.token(index), now_);
    }
    if (!connection.dead && connection.deadline <= now_) on_phase_deadline(index);
    if (!connection.dead) rearm(index);
}

// The half frame that is out has to be finished; behind it stands why it is closed, for a reader
// that wakes up in time. What it was owed beside that it asks for again when it comes back.
void Loop::on_stuck(std::uint32_t index) {
    Connection& connection = table_.at(index);
    Backlog& backlog = *connection.backlog;
    (backlog.took_any() ? counters_.dropped_slow : counters_.dropped_stuck).add();
    if (connection.phase != Phase::open) return abandon(index);
    forget_waiting(table_.token(index));
    backlog.watch(now_, options_.within.close + options_.within.stuck);
    handler_->on_stuck(table_.token(index), now_);
    if (!connection.dead && connection.phase == Phase::open) abandon(index);
}

void Loop::on_phase_deadline(std::uint32_t index) {
    Connection& connection = table_.at(index);
    connection.deadline = Time::max();
    const Exchange* exchange = connection.exchange.get();
    if (connection.phase == Phase::open) {
        counters_.refused_slow.add();
        if (connection.framed) {
            return refuse_tcp(index, {.code = Code::timeout, .where = "frame"});
        }
        return start_close(index, ws::close_code::kPolicy, "message not finished in time",
                           Phase::lingering);
    }
    const bool early = connection.phase == Phase::proxy || connection.phase == Phase::handshake;
    if (early) counters_.refused_slow.add();
    // Our Close was not taken, or not answered.
    const bool unheard = connection.phase == Phase::closing || connection.framed ||
                         (connection.phase == Phase::lingering && connection.backlog != nullptr);
    if (unheard) return abandon(index);
    if (connection.phase != Phase::http) return doom(index);
    // A long answer to a slow client has no deadline but the one for being stuck.
    if (connection.backlog != nullptr) return;
    if (exchange == nullptr) {
        // A connection that never said a word gets none; one that was used before just ends.
        if (connection.requests == 0) counters_.refused_slow.add();
        return doom(index);
    }
    if (exchange->answering) {
        return refuse_request(index,
                              http::plain(503, "no answer in time", options_.within.retry_after));
    }
    counters_.refused_slow.add();
    refuse_request(index, http::plain(408, "request not finished in time"));
}

void Loop::hand_over_turn() {
    more_ = false;
    if (handler_ == nullptr) return;
    const bool offered = gate_.offered(id_);
    more_ = handler_->on_turn(now_);
    framed_for_ws_.reset();
    framed_for_tcp_.reset();
    // It was woken for a pass that is over.
    if (offered) gate_.decline(id_);
}

void Loop::reap() {
    while (!left_.empty() || !doomed_.empty()) {
        // Both are taken before the first call: what a handler drops meanwhile is told in the next
        // round, and freed only then.
        const std::vector<ConnectionToken> left = std::exchange(left_, {});
        const std::vector<std::uint32_t> doomed = std::exchange(doomed_, {});
        for (const ConnectionToken token : left) handler_->on_closed(token, now_);
        for (const std::uint32_t index : doomed) free_place(index);
    }
}

void Loop::end() {
    for (const int listener : std::exchange(listeners_, {})) ::close(listener);
    for (std::uint32_t index = 0; index < table_.places(); ++index) {
        if (table_.at(index).phase != Phase::free) doom(index);
    }
    reap();
    ::close(std::exchange(epoll_, -1));
}

// ---- PagedArray

void Loop::make_ready(std::uint32_t index) {
    Connection& connection = table_.at(index);
    if (std::exchange(connection.ready, true)) return;
    ready_.push_back(index);
}

// A deadline that moved away is left in the wheel: it finds out when it fires, which is cheaper
// than touching the wheel with each message.
void Loop::rearm(std::uint32_t index) {
    const Time earliest = table_.at(index).earliest();
    if (earliest < wheel_.due(index)) wheel_.schedule(index, earliest);
}

void Loop::update_busy(std::uint32_t index) {
    const Connection& connection = table_.at(index);
    busy_[index] = connection.dead || connection.phase != Phase::open ||
                   connection.backlog != nullptr || connection.framed ||
                   connection.tls() != nullptr;
}

void Loop::leave_open(std::uint32_t index) {
    Connection& connection = table_.at(index);
    if (!std::exchange(connection.told, false)) return;
    connection.app_deadline = Time::max();
    connection.owes_drained = false;
    connection.paused = false;
    counters_.sockets.subtract();
    left_.push_back(table_.token(index));
}

void Loop::linger(std::uint32_t index) {
    Connection& connection = table_.at(index);
    if (connection.dead) return;
    // An HTTP answer takes as long as it takes, as above; a Close does not.
    const bool answering = connection.phase == Phase::http && connection.backlog != nullptr;
    connection.phase = Phase::lingering;
    connection.exchange.reset();
    connection.unread.reset();
    connection.deadline = answering ? Time::max() : now_ + options_.within.close;
    update_busy(index);
    rearm(index);
    make_ready(index);
    if (connection.backlog == nullptr) shut_our_side(index);
}

void Loop::shut_our_side(std::uint32_t index) {
    Connection& connection = table_.at(index);
    if (connection.ended) return doom(index);
    if (std::exchange(connection.shut, true)) return;
    if (connection.tls() != nullptr) connection.tls()->finish();
    ::shutdown(connection.descriptor, SHUT_WR);
    connection.deadline = std::min(connection.deadline, now_ + options_.within.close);
    rearm(index);
}

void Loop::doom(std::uint32_t index) {
    Connection& connection = table_.at(index);
    if (std::exchange(connection.dead, true)) return;
    leave_open(index);
    busy_[index] = true;
    doomed_.push_back(index);
}

// The kernel would keep what was not taken, and try for a minute, after a mere close(): a flood of
// clients that do not read would leave that much of its memory behind.
void Loop::abandon(std::uint32_t index) {
    constexpr struct ::linger kNow{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(table_.at(index).descriptor, SOL_SOCKET, SO_LINGER, &kNow, sizeof kNow);
    doom(index);
}

void Loop::on_socket_error(std::uint32_t index, int error) {
    (error == ETIMEDOUT ? counters_.dropped_vanished : counters_.dropped_error).add();
    doom(index);
}

void Loop::free_place(std::uint32_t index) {
    through(index);
    const Connection& connection = table_.at(index);
    counters_.received_bytes.subtract(connection.counted_bytes);
    if (!connection.greeted) strangers_bytes_ -= connection.counted_bytes;
    ::close(connection.descriptor);  // Takes it out of epoll: no other table has it.
    wheel_.cancel(index);
    if (connection.backlog != nullptr) {
        counters_.backlogs.subtract();
        counters_.pinned_bytes.subtract(connection.backlog->bytes());
    }
    if (connection.refused) {
        --refused_lingering_;
    } else {
        counters_.connections.subtract();
    }
    table_.remove(index);
}

// ---- What a handler asks for

Connection* Loop::find_open(ConnectionToken token) {
    Connection* connection = table_.find(token);
    const bool open =
        connection != nullptr && connection->phase == Phase::open && !connection->dead;
    return open ? connection : nullptr;
}

void Loop::pause_reading(ConnectionToken token) {
    Connection* connection = find_open(token);
    if (connection == nullptr) return;
    connection->paused = true;
    connection->deadline = Time::max();  // The rest of a message waits for us now.
}

void Loop::resume_reading(ConnectionToken token) {
    Connection* connection = find_open(token);
    if (connection == nullptr || !std::exchange(connection->paused, false)) return;
    make_ready(token.index);
}

void Loop::set_deadline(ConnectionToken token, Time at) {
    Connection* connection = find_open(token);
    if (connection == nullptr) return;
    connection->app_deadline = at;
    rearm(token.index);
}

void Loop::close(ConnectionToken token, std::uint16_t code, std::string_view reason) {
    if (find_open(token) == nullptr) return;
    start_close(token.index, code, reason, Phase::closing);
}

void Loop::drop(ConnectionToken token) {
    if (find_open(token) != nullptr) doom(token.index);
}

void Loop::greeted(ConnectionToken token) {
    Connection* connection = find_open(token);
    if (connection == nullptr || std::exchange(connection->greeted, true)) return;
    strangers_bytes_ -= connection->counted_bytes;
    through(token.index);
}

void Loop::set_handshakes(std::uint32_t per_s) {
    admission_.set_rate(static_cast<double>(per_s) / options_.shards);
}

}  // namespace stentor::net
