#include "gateway/shard_side.h"

#include <sodium/randombytes.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "gateway/conversation.h"
#include "wire/envelope.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::gateway {
namespace {

// How often the pulse wheel is turned on: pulses are spread over the period in steps of this.
constexpr Millis kPulseStep{100};

}  // namespace

ShardSide::ShardSide(NodeId node, const session::Rules& rules, bus::Bus& bus, Hub& hub,
                     HttpHandler http)
    : node_{node}, rules_{rules}, bus_{bus}, hub_{hub}, http_{std::move(http)} {}

void ShardSide::on_start(net::Shard& shard, Time /*now*/) { shard_ = &shard; }

ShardSide::Place* ShardSide::find(ConnectionToken connection) {
    if (connection.index >= places_.size()) return nullptr;
    Place& place = places_[connection.index];
    return place.taken && place.generation == connection.generation ? &place : nullptr;
}

ConnectionToken ShardSide::token(std::uint32_t index) const {
    return {.shard = shard_->id(), .index = index, .generation = places_[index].generation};
}

// ---- From the sockets

void ShardSide::on_opened(ConnectionToken connection, const net::Peer& /*peer*/, Time now) {
    if (connection.index >= places_.size()) places_.resize(connection.index + 1);
    Place& place = places_[connection.index];
    place = {.session = {}, .generation = connection.generation, .taken = true};
    with_session(connection,
                 [&](session::Session& session, auto& fx) { session.on_connected(now, fx); });
}

void ShardSide::on_message(ConnectionToken connection, std::string_view bytes, Time now) {
    with_session(connection, [&](session::Session& session, auto& fx) {
        session.on_frame(rules_, bytes, now, fx);
    });
}

void ShardSide::on_drained(ConnectionToken connection, Time /*now*/) {
    Place* place = find(connection);
    if (place == nullptr) return;
    for (const session::OpenGroup& group : place->session.groups()) {
        if (group.seat != session::kNoSeat) router_.on_drained(group.gid, group.seat, *this);
    }
}

void ShardSide::on_deadline(ConnectionToken connection, Time now) {
    with_session(connection,
                 [&](session::Session& session, auto& fx) { session.on_deadline(now, fx); });
}

void ShardSide::on_closed(ConnectionToken connection, Time /*now*/) {
    with_session(connection,
                 [](session::Session& session, auto& fx) { session.on_disconnected(fx); });
    Place* place = find(connection);
    if (place == nullptr) return;
    const UserId uid = place->session.uid();
    forget_user(uid, connection.index);
    if (uid) {
        hub_.put([connection, uid](cache::Cache& cache, Time /*now*/) {
            cache.on_gone(connection, uid);
        });
    }
    *place = {};
}

std::string ShardSide::refusal(const Error& error) { return wire::encode_refused(0, error); }

void ShardSide::on_http(net::http::Request request, net::http::Responder responder, Time /*now*/) {
    http_(std::move(request), [shard = shard_, responder](net::http::Response response) {
        shard->post([shard, responder, answer = std::move(response)] {
            shard->respond(responder, answer);
        });
    });
}

bool ShardSide::on_turn(Time now) {
    const std::uint64_t frames = shard_->counters().frames_out.value();
    const auto start = std::chrono::steady_clock::now();
    const fanout::Router::Turn turn = router_.run(*this, *this);
    if (shard_->counters().frames_out.value() != frames) {
        fanout_turns_.add(std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - start));
    }
    router_.take_counts(counts_);
    if (!counts_.empty()) {
        hub_.put([shard = shard_->id(), counts = std::exchange(counts_, {})](cache::Cache& cache,
                                                                             Time time) {
            for (const fanout::WatcherCount& count : counts) {
                cache.on_watchers(shard, count.gid, count.count, count.ticket, time);
            }
        });
    }
    pulse(now);
    return turn == fanout::Router::Turn::more;
}

std::optional<Time> ShardSide::next_wake() { return next_pulse_; }

void ShardSide::pulse(Time now) {
    if (next_pulse_ && now < *next_pulse_) return;
    next_pulse_ = now + kPulseStep;
    const auto due = pulses_.due(now, static_cast<std::uint32_t>(places_.size()));
    std::vector<GroupId> groups;
    for (std::uint32_t index = due.first; index < due.last; ++index) {
        const Place& place = places_[index];
        if (!place.taken || place.session.state() != session::Session::State::ready) continue;
        groups.clear();
        for (const session::OpenGroup& group : place.session.groups()) groups.push_back(group.gid);
        // One that does not fit is no loss: bytes that wait are a sign of life themselves.
        static_cast<void>(shard_->write(token(index), router_.pulse(groups, now, rules_.level)));
    }
}

// ---- From the hub and from owners

void ShardSide::on_answer(bus::Answer& answer) {
    answer.frame.set_request_id(answer.reply_to.request_id);
    with_session(answer.reply_to.connection, [&](session::Session& session, auto& fx) {
        session.on_answer(answer.reply_to.request_id, wire::encode(answer.frame), fx);
    });
}

void ShardSide::on_opened(ConnectionToken connection, std::uint32_t request_id,
                          const session::Opening& opening, std::uint64_t ticket,
                          std::string payload) {
    router_.on_ticket(opening.gid, ticket);
    with_session(connection, [&](session::Session& session, auto& fx) {
        session.on_opened(request_id, opening, std::move(payload), fx);
    });
}

void ShardSide::on_ousted(GroupId gid, UserId uid, std::uint64_t version,
                          const std::string& payload) {
    // The connections are gathered first: leaving a seat changes nothing here, but a close may.
    std::vector<ConnectionToken> connections;
    const auto [first, last] = by_user_.equal_range(uid);
    for (auto at = first; at != last; ++at) connections.push_back(token(at->second));
    for (const ConnectionToken connection : connections) {
        with_session(connection, [&](session::Session& session, auto& fx) {
            session.on_ousted(gid, version, payload, fx);
        });
    }
}

void ShardSide::recheck(GroupId gid) {
    const fanout::Audience* audience = router_.audience(gid);
    if (audience == nullptr) return;
    for (const fanout::Seat& seat : audience->seats()) {
        const UserId uid = places_[seat.connection].session.uid();
        hub_.put([gid, uid](cache::Cache& cache, Time now) { cache.on_recheck(gid, uid, now); });
    }
}

void ShardSide::drain(Millis spread) {
    for (std::uint32_t index = 0; index < places_.size(); ++index) {
        if (!places_[index].taken) continue;
        const auto wait = randombytes_uniform(static_cast<std::uint32_t>(spread.count()) + 1);
        with_session(token(index), [&](session::Session& session, auto& fx) {
            session.on_drain(Millis{wait}, fx);
        });
    }
}

void ShardSide::forget_user(UserId uid, std::uint32_t index) {
    const auto [first, last] = by_user_.equal_range(uid);
    const auto found = std::find_if(first, last, [&](const auto& e) { return e.second == index; });
    if (found != last) by_user_.erase(found);
}

// ---- fanout::Writer, fanout::Gate

fanout::Written ShardSide::write(const fanout::Seat& seat, const SharedBytes& bytes,
                                 std::size_t offset) {
    // A seat that missed the front of a pass gets the rest as bytes of its own: rare, and short.
    const SharedBytes rest = offset == 0 ? bytes : share(bytes->substr(offset));
    switch (shard_->write_direct(seat.descriptor, seat.connection, rest)) {
        case net::Written::whole: return fanout::Written::whole;
        case net::Written::kept: return fanout::Written::kept;
        case net::Written::refused: break;
    }
    return fanout::Written::refused;
}

bool ShardSide::sees(const fanout::Seat& seat, GroupId gid, Seq seq) {
    return places_[seat.connection].session.sees(gid, seq);
}

bool ShardSide::try_enter() { return shard_->enter_gate(); }
void ShardSide::leave() { shard_->leave_gate(); }

}  // namespace stentor::gateway
