#include "net/loop_lifetime.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "net/loop_accept.h"
#include "net/loop_timers.h"
#include "net/loop_websocket.h"

namespace stentor::net {
namespace {

void free_place(LoopState& loop, std::uint32_t index) {
    end_half_open(loop, index);
    const Connection& connection = loop.table.at(index);
    loop.counters.received_bytes.subtract(connection.counted_bytes);
    if (!connection.greeted) loop.reading.strangers_bytes -= connection.counted_bytes;
    ::close(connection.descriptor);  // Takes it out of epoll: no other table has it.
    loop.wheel.cancel(index);
    if (connection.backlog != nullptr) {
        loop.counters.backlogs.subtract();
        loop.counters.pinned_bytes.subtract(connection.backlog->bytes());
    }
    if (connection.refused) {
        --loop.accepting.refused_lingering;
    } else {
        loop.counters.connections.subtract();
    }
    loop.table.remove(index);
}

}  // namespace

void reap(LoopState& loop) {
    while (!loop.ending.left.empty() || !loop.ending.doomed.empty()) {
        // Both are taken before the first call: what a handler drops meanwhile is told in the next
        // round, and freed only then.
        const std::vector<ConnectionToken> left = std::exchange(loop.ending.left, {});
        const std::vector<std::uint32_t> doomed = std::exchange(loop.ending.doomed, {});
        for (const ConnectionToken token : left) loop.events->on_closed(token);
        for (const std::uint32_t index : doomed) free_place(loop, index);
    }
}

void make_ready(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    if (std::exchange(connection.ready, true)) return;
    loop.reading.ready.push_back(index);
}

void update_busy(LoopState& loop, std::uint32_t index) {
    const Connection& connection = loop.table.at(index);
    loop.writing.busy[index] = connection.dead || connection.phase != Phase::open ||
                               connection.backlog != nullptr || connection.framed ||
                               connection.tls() != nullptr;
}

void leave_open(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    if (!std::exchange(connection.told, false)) return;
    connection.app_deadline = Time::max();
    connection.owes_drained = false;
    connection.paused = false;
    loop.counters.sockets.subtract();
    loop.ending.left.push_back(loop.table.token(index));
}

void start_linger(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    if (connection.dead) return;
    // An HTTP answer takes as long as it takes, as above; a Close does not.
    const bool answering = connection.phase == Phase::http && connection.backlog != nullptr;
    connection.phase = Phase::lingering;
    connection.exchange.reset();
    connection.streaming.reset();
    connection.unread.reset();
    connection.deadline = answering ? Time::max() : loop.now + loop.options.within.close;
    update_busy(loop, index);
    rearm(loop, index);
    make_ready(loop, index);
    if (connection.backlog == nullptr) shut_our_side(loop, index);
}

void shut_our_side(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    if (connection.ended) return doom(loop, index);
    if (std::exchange(connection.shut, true)) return;
    if (connection.tls() != nullptr) connection.tls()->finish();
    ::shutdown(connection.descriptor, SHUT_WR);
    connection.deadline = std::min(connection.deadline, loop.now + loop.options.within.close);
    rearm(loop, index);
}

void doom(LoopState& loop, std::uint32_t index) {
    Connection& connection = loop.table.at(index);
    if (std::exchange(connection.dead, true)) return;
    leave_open(loop, index);
    loop.writing.busy[index] = true;
    loop.ending.doomed.push_back(index);
}

// The kernel would keep what was not taken, and try for a minute, after a mere
// Shard::close(): a flood of clients that do not read would leave that much of its memory
// behind.
void abandon(LoopState& loop, std::uint32_t index) {
    constexpr struct ::linger kNow{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(loop.table.at(index).descriptor, SOL_SOCKET, SO_LINGER, &kNow, sizeof kNow);
    doom(loop, index);
}

void on_socket_error(LoopState& loop, std::uint32_t index, int error) {
    (error == ETIMEDOUT ? loop.counters.dropped_vanished : loop.counters.dropped_error).add();
    doom(loop, index);
}

Connection* find_open(LoopState& loop, ConnectionToken token) {
    Connection* connection = loop.table.find(token);
    const bool open =
        connection != nullptr && connection->phase == Phase::open && !connection->dead;
    return open ? connection : nullptr;
}

}  // namespace stentor::net
