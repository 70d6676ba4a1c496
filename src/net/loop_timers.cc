#include "net/loop_timers.h"

#include <utility>

#include "net/http/response.h"
#include "net/loop_accept.h"
#include "net/loop_constants.h"
#include "net/loop_http.h"
#include "net/loop_lifetime.h"
#include "net/loop_tcp.h"
#include "net/loop_websocket.h"
#include "net/loop_write.h"
#include "net/ws/frame.h"

namespace stentor::net {
namespace {

void on_stuck(LoopState& loop, std::uint32_t index);
void on_phase_deadline(LoopState& loop, std::uint32_t index);

void on_timer(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    if (connection.phase == Phase::free || connection.dead) return;
    if (connection.backlog != nullptr && connection.backlog->stuck_at() <= loop.now)
        on_stuck(loop, index);
    if (connection.app_deadline <= loop.now) {
        connection.app_deadline = Time::max();
        loop.events->on_deadline(loop.table.token(index), loop.now);
    }
    if (!connection.dead && connection.deadline <= loop.now) on_phase_deadline(loop, index);
    if (!connection.dead) rearm(loop, index);
}

// The half frame that is out has to be finished; behind it stands why it is closed, for a reader
// that wakes up in time. What it was owed beside that it asks for again when it comes back.
void on_stuck(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    Backlog& backlog = *connection.backlog;
    (backlog.took_any() ? loop.counters.dropped_slow : loop.counters.dropped_stuck).add();
    if (connection.phase != Phase::open) return abandon(loop, index);
    loop.shard.forget_waiting(loop.table.token(index));
    backlog.watch(loop.now, loop.options.within.close + loop.options.within.stuck);
    loop.events->on_stuck(loop.table.token(index));
    if (!connection.dead && connection.phase == Phase::open) abandon(loop, index);
}

void on_phase_deadline(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    connection.deadline = Time::max();
    const Exchange* exchange = connection.exchange.get();
    if (connection.phase == Phase::open) {
        loop.counters.refused_slow.add();
        if (connection.framed) {
            return refuse_tcp(loop, index, {.code = Code::timeout, .where = "frame"});
        }
        return start_close(loop, index, ws::close_code::kPolicy, "message not finished in time",
                           Phase::lingering);
    }
    const bool early = connection.phase == Phase::proxy || connection.phase == Phase::handshake;
    if (early) loop.counters.refused_slow.add();
    // Our Close was not taken, or not answered.
    const bool unheard = connection.phase == Phase::closing || connection.framed ||
                         (connection.phase == Phase::lingering && connection.backlog != nullptr);
    if (unheard) return abandon(loop, index);
    if (connection.phase != Phase::http) return doom(loop, index);
    // A long answer to a slow client has no deadline but the one for being stuck.
    if (connection.backlog != nullptr) return;
    if (exchange == nullptr) {
        // A connection that never said a word gets none; one that was used before just ends.
        if (connection.requests == 0) loop.counters.refused_slow.add();
        return doom(loop, index);
    }
    if (exchange->answering) {
        return refuse_request(
            loop, index, http::plain(503, "no answer in time", loop.options.within.retry_after));
    }
    loop.counters.refused_slow.add();
    refuse_request(loop, index, http::plain(408, "request not finished in time"));
}

}  // namespace

void run_timers(LoopState& loop) {
    if (loop.accepting.again <= loop.now) resume_accepting(loop);
    loop.turn.fired.clear();
    loop.wheel.advance(loop.now, loop.turn.fired);
    for (const std::uint32_t index : loop.turn.fired) on_timer(loop, index);
}

void rearm(LoopState& loop, std::uint32_t index) {
    const Time earliest = loop.table.at(index).earliest();
    if (earliest < loop.wheel.due(index)) loop.wheel.schedule(index, earliest);
}

void Shard::set_deadline(ConnectionToken token, Time at) {
    Connection* connection = find_open(loop_, token);
    if (connection == nullptr) return;
    connection->app_deadline = at;
    rearm(loop_, token.index);
}

}  // namespace stentor::net
