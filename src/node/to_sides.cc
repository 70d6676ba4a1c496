#include "node/to_sides.h"

#include <utility>

#include "cache/payloads.h"
#include "node/conversation.h"

namespace stentor::node {
namespace {

session::Opening opening_of(const cache::Seating& seating) {
    return {.gid = seating.gid,
            .epoch = seating.epoch,
            .floor = seating.floor,
            .reached = seating.reached,
            .version = seating.version,
            .overlay = seating.overlay};
}

}  // namespace

template <class Event>
void ToSides::to_session(const ConnectionToken& connection, Event event) {
    post(connection.shard, [connection, event = std::move(event)](Side& side) mutable {
        side.with_session(connection, event);
    });
}

template <class Task>
void ToSides::to_all(std::span<const cache::ShardIndex> shards, const Task& task) {
    for (const cache::ShardIndex shard : shards) post(shard, task);
}

// ---- To one connection

void ToSides::opened(const cache::Waiter& waiter, std::string payload,
                     const cache::Seating& seating) {
    post(waiter.connection.shard,
         [waiter, seating, payload = std::move(payload)](Side& side) mutable {
             side.on_opened(waiter.connection, waiter.request_id, opening_of(seating),
                            seating.ticket, std::move(payload));
         });
}

void ToSides::ranged(const cache::Waiter& waiter, SharedBytes range, GroupId gid, Epoch epoch,
                     Seq first, Seq last, Seq head) {
    to_session(waiter.connection,
               [=, range = std::move(range)](session::Session& session, auto& fx) mutable {
                   session.on_ranged(waiter.request_id, gid, epoch, first, last, head,
                                     cache::addressed(waiter.request_id, *range), fx);
               });
}

void ToSides::answered(const cache::Waiter& waiter, std::string payload) {
    to_session(waiter.connection,
               [=, payload = std::move(payload)](session::Session& session, auto& fx) mutable {
                   session.on_answer(waiter.request_id, std::move(payload), fx);
               });
}

void ToSides::told(const cache::Waiter& waiter, std::string payload) {
    to_session(waiter.connection,
               [payload = std::move(payload)](session::Session& /*session*/, auto& fx) mutable {
                   fx.reply(std::move(payload));
               });
}

void ToSides::refused(const cache::Waiter& waiter, GroupId gid, const Error& error) {
    to_session(waiter.connection, [=](session::Session& session, auto& fx) {
        session.on_refused(waiter.request_id, gid, error, fx);
    });
}

void ToSides::badges(const ConnectionToken& connection, const pb::Pulse& pulse) {
    to_session(connection,
               [pulse](session::Session& session, auto& fx) { session.on_badges(pulse, fx); });
}

void ToSides::expel(const ConnectionToken& connection, const Error& error) {
    to_session(connection,
               [error](session::Session& session, auto& fx) { session.on_expelled(error, fx); });
}

// ---- To all who watch

void ToSides::push(const cache::Push& push, std::span<const cache::ShardIndex> shards) {
    const fanout::Push frame{.gid = push.gid,
                             .epoch = push.epoch,
                             .lane = static_cast<fanout::Lane>(push.lane),
                             .first = push.first,
                             .last = push.last,
                             .frame = push.frame,
                             .at = time()};
    to_all(shards, [frame](Side& side) { side.router().on_push(frame); });
}

void ToSides::head_moved(GroupId gid, Epoch epoch, Seq head,
                         std::span<const cache::ShardIndex> shards) {
    to_all(shards, [=](Side& side) { side.router().on_head(gid, epoch, head); });
}

void ToSides::online(GroupId gid, std::uint64_t count, std::span<const cache::ShardIndex> shards) {
    to_all(shards, [=](Side& side) { side.router().on_online(gid, count); });
}

void ToSides::ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload,
                     std::span<const cache::ShardIndex> shards) {
    to_all(shards, [=](Side& side) { side.on_ousted(gid, uid, version, payload); });
}

void ToSides::overlay(GroupId gid, UserId uid, std::span<const cache::ShardIndex> shards) {
    to_all(shards, [=](Side& side) { side.on_overlay(gid, uid); });
}

void ToSides::recheck(GroupId gid, std::span<const cache::ShardIndex> shards) {
    to_all(shards, [gid](Side& side) { side.recheck(gid); });
}

}  // namespace stentor::node
