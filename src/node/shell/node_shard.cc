#include "node/shell/node_shard.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/planted_bugs.h"
#include "node/cache/cache.h"
#include "node/shell/session_adapter.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::node {
namespace {

constexpr std::uint32_t kGenerationMask = 0xfffffff;

}  // namespace

NodeShard::Place* NodeShard::find(ConnectionToken connection) {
    if (connection.index >= places_.size()) return nullptr;
    Place& place = places_[connection.index];
    return place.taken != 0 && place.generation == connection.generation ? &place : nullptr;
}

ConnectionToken NodeShard::token(std::uint32_t index) const {
    return {.shard = deps_.shard, .index = index, .generation = places_[index].generation};
}

// ---- From the sockets

void NodeShard::on_connected(ConnectionToken connection, Time now) {
    if (connection.index >= places_.size()) places_.resize(connection.index + 1);
    Place& place = places_[connection.index];
    place = {};
    place.generation = connection.generation & kGenerationMask;
    place.taken = 1;
    with_session(connection,
                 [&](session::Session& session, auto& fx) { session.on_connected(now, fx); });
}

void NodeShard::on_message(ConnectionToken connection, std::string_view bytes, Time now) {
    now_ = now;
    if (!accounts_known_ && !planted(Bug::answered_before_known)) return hold(connection, bytes);
    with_session(connection, [&](session::Session& session, auto& fx) {
        session.on_frame(deps_.rules, bytes, now, fx);
    });
}

// At most what was read with the first message: nothing more is read before that is answered.
void NodeShard::hold(ConnectionToken connection, std::string_view bytes) {
    if (find(connection) == nullptr) return;
    held_.push_back({.connection = connection, .bytes = std::string{bytes}});
    deps_.connections.pause_reading(connection);
}

void NodeShard::on_accounts_known(Time now) {
    if (std::exchange(accounts_known_, true)) return;
    for (const HeldMessage& held : std::exchange(held_, {})) {
        if (find(held.connection) == nullptr) continue;
        deps_.connections.resume_reading(held.connection);
        on_message(held.connection, held.bytes, now);
    }
}

void NodeShard::on_drained(ConnectionToken connection) {
    Place* place = find(connection);
    if (place == nullptr) return;
    for (const session::OpenGroup& group : place->session.groups()) {
        if (group.seat != kNoSeat) router_.on_drained(group.gid, group.seat);
    }
    with_session(connection, [](session::Session& session, auto& fx) { session.on_drained(fx); });
}

void NodeShard::on_stuck(ConnectionToken connection) {
    on_fault(connection, Code::slow_consumer, "socket");
}

void NodeShard::on_deadline(ConnectionToken connection, Time now) {
    // It is not the client that is late.
    if (std::ranges::find(held_, connection, &HeldMessage::connection) != held_.end()) {
        return on_fault(connection, Code::overloaded, "accounts");
    }
    with_session(connection,
                 [&](session::Session& session, auto& fx) { session.on_deadline(now, fx); });
}

void NodeShard::on_fault(ConnectionToken connection, Code code, std::string_view where) {
    with_session(connection,
                 [&](session::Session& session, auto& fx) { session.on_fault(code, where, fx); });
}

void NodeShard::on_closed(ConnectionToken connection) {
    with_session(connection,
                 [](session::Session& session, auto& fx) { session.on_disconnected(fx); });
    Place* place = find(connection);
    if (place == nullptr) return;
    const UserId uid = place->session.uid();
    if (uid) {
        forget_user(connection.index);
        deps_.hub.put([connection, uid](cache::Cache& cache, Time /*now*/) {
            cache.on_gone(connection, uid);
        });
    }
    *place = {};
}

void NodeShard::remember_user(std::uint32_t index) {
    Place& place = places_[index];
    const auto first = by_user_.find(place.session.uid());
    if (!first) return by_user_.add(index);
    place.next_of_user = std::exchange(places_[*first].next_of_user, index);
}

void NodeShard::forget_user(std::uint32_t index) {
    const std::uint32_t next = std::exchange(places_[index].next_of_user, kNobody);
    const auto first = by_user_.find(places_[index].session.uid());
    if (!first) return;
    if (first == index) {
        by_user_.remove(index);
        if (next != kNobody) by_user_.add(next);
        return;
    }
    for (std::uint32_t at = *first; at != kNobody; at = places_[at].next_of_user) {
        if (places_[at].next_of_user == index) places_[at].next_of_user = next;
    }
}

// ---- From the hub and from owners

void NodeShard::on_answer(bus::Answer& answer) {
    answer.frame.set_request_id(answer.reply_to.request_id);
    const auto& refused = answer.frame.refused();
    const bool missed = refused.code() == pb::CODE_NOT_FOUND && refused.field() == "gid";
    with_session(answer.reply_to.connection, [&](session::Session& session, auto& fx) {
        if (missed) session.on_miss(fx);
        if (answer.frame.has_refused()) {
            session.on_refusal(deps_.rules, answer.reply_to.request_id,
                               static_cast<Code>(answer.frame.refused().code()), now_);
        }
        session.on_answer(answer.reply_to.request_id, wire::encode(answer.frame), fx);
    });
}

void NodeShard::on_opened(ConnectionToken connection, std::uint32_t request_id,
                          const OpenResult& opening, std::string payload) {
    router_.on_ticket(opening.gid, opening.ticket);
    with_session(connection, [&](session::Session& session, auto& fx) {
        session.on_opened(request_id, opening, std::move(payload), fx);
    });
}

template <class Event>
void NodeShard::with_sessions_of(UserId uid, Event&& event) {
    // The connections are gathered first: leaving a seat changes nothing here, but a close may.
    std::vector<ConnectionToken> connections;
    for (std::uint32_t at = by_user_.find(uid).value_or(kNobody); at != kNobody;
         at = places_[at].next_of_user) {
        connections.push_back(token(at));
    }
    for (const ConnectionToken connection : connections) with_session(connection, event);
}

void NodeShard::on_ousted(GroupId gid, UserId uid, std::uint64_t version,
                          const std::string& payload) {
    with_sessions_of(uid, [&](session::Session& session, auto& fx) {
        session.on_ousted(gid, version, payload, fx);
    });
}

void NodeShard::on_overlay(GroupId gid, UserId uid) {
    with_sessions_of(uid,
                     [gid](session::Session& session, auto& /*fx*/) { session.on_overlay(gid); });
}

void NodeShard::on_account_moved(UserId uid) {
    if (planted(Bug::void_account_stays_connected)) return;
    with_sessions_of(uid, [this](session::Session& session, auto& fx) {
        session.on_account_moved(deps_.rules, fx);
    });
}

void NodeShard::list_watchers(GroupId gid, std::uint64_t ticket) {
    std::vector<UserId> uids;
    if (const fanout::Audience* audience = router_.audience(gid)) {
        uids.reserve(audience->seats().size());
        for (const fanout::Seat& seat : audience->seats()) {
            uids.push_back(places_[seat.connection].session.uid());
        }
    }
    deps_.hub.put([gid, ticket, uids = std::move(uids)](cache::Cache& cache, Time now) {
        cache.on_watcher_list(gid, ticket, uids, now);
    });
}

void NodeShard::recheck(GroupId gid, UserId uid) {
    deps_.hub.put([gid, uid](cache::Cache& cache, Time now) { cache.on_recheck(gid, uid, now); });
}

void NodeShard::set_level(storm::Level level) {
    deps_.rules.level = level;
    router_.set_level(level);
}

void NodeShard::drain(Millis spread) {
    for (std::uint32_t index = 0; index < places_.size(); ++index) {
        if (places_[index].taken == 0) continue;
        std::array<std::uint8_t, 4> random{};
        deps_.host.draw(random);
        const Millis wait{std::bit_cast<std::uint32_t>(random) % (spread.count() + 1)};
        with_session(token(index),
                     [&](session::Session& session, auto& fx) { session.on_drain(wait, fx); });
    }
}

// ---- Turns

fanout::Router::Turn NodeShard::turn(Time now) {
    now_ = now;
    const fanout::Router::Turn turn = router_.run(now);
    router_.take_counts(counts_);
    if (!counts_.empty()) {
        deps_.hub.put([shard = deps_.shard, counts = std::exchange(counts_, {})](
                          cache::Cache& cache, Time at) {
            for (const fanout::WatcherCount& count : counts) {
                cache.on_watchers(shard, count.gid, {.count = count.count, .away = count.away},
                                  count.ticket, at);
            }
        });
    }
    return turn;
}

void NodeShard::on_person_moved(const pb::User& user, Time now) {
    router_.tell_person(user, now, now + 2 * deps_.rules.pulse);
}

void NodeShard::pulse(Time now) {
    // Signs of life come after a large pass, as long as clients bear it.
    if (!router_.in_large_pass()) {
        pulsed_ = now;
    } else if (now - pulsed_ < pulses_.patience()) {
        return;
    }
    const auto due = pulses_.due(now, static_cast<std::uint32_t>(places_.size()));
    std::vector<GroupId> groups;
    for (std::uint32_t index = due.first; index < due.last; ++index) {
        Place& place = places_[index];
        if (place.taken == 0 || place.session.state() != session::Session::State::ready) continue;
        SessionAdapter fx{*this, token(index), place.session};
        place.session.on_pulse(session::silent_pulses(deps_.rules.pulse), fx);
        groups.clear();
        for (const session::OpenGroup& group : place.session.groups()) groups.push_back(group.gid);
        // One that does not fit is no loss: bytes that wait are a sign of life themselves.
        static_cast<void>(deps_.connections.write(token(index), router_.pulse(groups, now)));
    }
}

// ---- fanout::Viewers

bool NodeShard::sees(const fanout::Seat& seat, GroupId gid, Seq seq) {
    return places_[seat.connection].session.groups().sees(gid, seq);
}

}  // namespace stentor::node
