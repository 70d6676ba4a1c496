#include "sim/shard_process.h"

#include <algorithm>

#include "cache/cache.h"
#include "sim/conversation.h"
#include "wire/frames.h"

namespace stentor::sim {
namespace {

// Coarser than the gateway's step, to spare events; the wheel does not mind.
constexpr Millis kPulseStep{2'000};

}  // namespace

ShardProcess::ShardProcess(const Around& around) : around_{around}, world_{around.world} {
    around_.life.after(kPulseStep, [this] { pulse(); });
}

ShardProcess::~ShardProcess() {
    for (const auto& place : places_) {
        if (place->link == nullptr) continue;
        place->link->server_gone();
        // A machine that died says nothing; a process that died has its sockets closed.
        if (world_.random.chance(300)) {
            place->link->go_silent();
        } else {
            place->link->cut();
        }
    }
}

ShardProcess::Place* ShardProcess::find(ConnectionToken connection) {
    if (connection.index >= places_.size()) return nullptr;
    Place& place = *places_[connection.index];
    return place.link != nullptr && place.generation == connection.generation ? &place : nullptr;
}

ConnectionToken ShardProcess::token(std::uint32_t index) const {
    return {.shard = around_.index, .index = index, .generation = places_[index]->generation};
}

// ---- Connections

void ShardProcess::accept(const std::shared_ptr<Link>& link) {
    auto free =
        std::ranges::find_if(places_, [](const auto& place) { return place->link == nullptr; });
    if (free == places_.end()) {
        free = places_.insert(free, std::make_unique<Place>());
        (*free)->generation = around_.first_generation;
    }
    Place& place = **free;
    const std::uint32_t generation = place.generation + 1;
    place = {.session = {}, .link = link, .generation = generation};
    const ConnectionToken connection = token(static_cast<std::uint32_t>(free - places_.begin()));
    link->accept(this, connection);
    with_session(connection, [&](session::Session& session, auto& fx) {
        session.on_connected(world_.now(), fx);
    });
}

void ShardProcess::on_message(ConnectionToken connection, std::string bytes) {
    around_.life.guarded([this, connection, bytes = std::move(bytes)] {
        with_session(connection, [&](session::Session& session, auto& fx) {
            session.on_frame(around_.rules, bytes, world_.now(), fx);
        });
    })();
}

void ShardProcess::on_drained(ConnectionToken connection) {
    around_.life.guarded([this, connection] {
        Place* place = find(connection);
        if (place == nullptr || place->link->waiting()) return;
        for (const session::OpenGroup& group : place->session.groups()) {
            if (group.seat != session::kNoSeat) router_.on_drained(group.gid, group.seat, *this);
        }
        plan_turn();
    })();
}

void ShardProcess::on_stuck(ConnectionToken connection) {
    around_.life.guarded([this, connection] {
        with_session(connection, [](session::Session& session, auto& fx) {
            session.on_fault(Code::slow_consumer, "socket", fx);
        });
    })();
}

void ShardProcess::on_closed(ConnectionToken connection) {
    around_.life.guarded([this, connection] {
        with_session(connection,
                     [](session::Session& session, auto& fx) { session.on_disconnected(fx); });
        Place* place = find(connection);
        if (place == nullptr) return;
        const auto [first, last] = by_user_.equal_range(place->session.uid());
        const auto found =
            std::find_if(first, last, [&](const auto& e) { return e.second == connection.index; });
        if (found != last) by_user_.erase(found);
        if (const UserId uid = place->session.uid()) {
            around_.hub.put([connection, uid](cache::Cache& cache, Time /*now*/) {
                cache.on_gone(connection, uid);
            });
        }
        *place = {.session = {}, .link = nullptr, .generation = place->generation};
    })();
}

// ---- From the hub and from owners

void ShardProcess::on_answer(bus::Answer& answer) {
    answer.frame.set_request_id(answer.reply_to.request_id);
    with_session(answer.reply_to.connection, [&](session::Session& session, auto& fx) {
        session.on_answer(answer.reply_to.request_id, wire::encode(answer.frame), fx);
    });
}

void ShardProcess::on_opened(ConnectionToken connection, std::uint32_t request_id,
                             const session::Opening& opening, std::uint64_t ticket,
                             std::string payload) {
    router_.on_ticket(opening.gid, ticket);
    with_session(connection, [&](session::Session& session, auto& fx) {
        session.on_opened(request_id, opening, std::move(payload), fx);
    });
    plan_turn();
}

void ShardProcess::on_ousted(GroupId gid, UserId uid, std::uint64_t version,
                             const std::string& payload) {
    std::vector<ConnectionToken> connections;
    const auto [first, last] = by_user_.equal_range(uid);
    for (auto at = first; at != last; ++at) connections.push_back(token(at->second));
    for (const ConnectionToken connection : connections) {
        with_session(connection, [&](session::Session& session, auto& fx) {
            session.on_ousted(gid, version, payload, fx);
        });
    }
}

void ShardProcess::recheck(GroupId gid) {
    const fanout::Audience* audience = router_.audience(gid);
    if (audience == nullptr) return;
    for (const fanout::Seat& seat : audience->seats()) {
        const UserId uid = places_[seat.connection]->session.uid();
        around_.hub.put(
            [gid, uid](cache::Cache& cache, Time now) { cache.on_recheck(gid, uid, now); });
    }
}

// ---- Turns

void ShardProcess::plan_turn() {
    if (std::exchange(turn_planned_, true)) return;
    around_.life.after(world_.random.between(Millis{0}, Millis{2}), [this] { turn(); });
}

void ShardProcess::turn() {
    turn_planned_ = false;
    if (router_.run(*this, *this) != fanout::Router::Turn::idle) plan_turn();
    counts_.clear();
    router_.take_counts(counts_);
    if (counts_.empty()) return;
    around_.hub.put([shard = around_.index, counts = counts_](cache::Cache& cache, Time now) {
        for (const fanout::WatcherCount& count : counts) {
            cache.on_watchers(shard, count.gid, count.count, count.ticket, now);
        }
    });
}

void ShardProcess::pulse() {
    around_.life.after(kPulseStep, [this] { pulse(); });
    const auto due = pulses_.due(world_.now(), static_cast<std::uint32_t>(places_.size()));
    std::vector<GroupId> groups;
    for (std::uint32_t index = due.first; index < due.last; ++index) {
        const Place& place = *places_[index];
        if (place.link == nullptr || place.session.state() != session::Session::State::ready)
            continue;
        groups.clear();
        for (const session::OpenGroup& group : place.session.groups()) groups.push_back(group.gid);
        static_cast<void>(
            place.link->write(*router_.pulse(groups, world_.now(), around_.rules.level)));
    }
}

fanout::Written ShardProcess::write(const fanout::Seat& seat, const SharedBytes& bytes,
                                    std::size_t offset) {
    return places_[seat.connection]->link->write(std::string_view{*bytes}.substr(offset));
}

bool ShardProcess::sees(const fanout::Seat& seat, GroupId gid, Seq seq) {
    return places_[seat.connection]->session.sees(gid, seq);
}

}  // namespace stentor::sim
