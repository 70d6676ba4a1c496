#include "node/shell/hub_to_shards.h"

#include <utility>

#include "node/cache/payloads.h"
#include "node/shell/session_adapter.h"

namespace stentor::node {
namespace {

session::Opening opening_of(const cache::OpenResult& seating) {
    return {.gid = seating.gid,
            .epoch = seating.epoch,
            .floor = seating.floor,
            .reached = seating.reached,
            .version = seating.version,
            .overlay = seating.overlay};
}

}  // namespace

template <class Event>
void HubToShards::to_session(const ConnectionToken& connection, Event event) {
    post(connection.shard, [connection, event = std::move(event)](NodeShard& shard) mutable {
        shard.with_session(connection, event);
    });
}

template <class Task>
void HubToShards::to_all(std::span<const cache::ShardIndex> shards, const Task& task) {
    for (const cache::ShardIndex shard : shards) post(shard, task);
}

// ---- To one connection

void HubToShards::opened(const cache::Waiter& waiter, std::string payload,
                         const cache::OpenResult& seating) {
    post(waiter.connection.shard,
         [waiter, seating, payload = std::move(payload)](NodeShard& shard) mutable {
             shard.on_opened(waiter.connection, waiter.request_id, opening_of(seating),
                             seating.ticket, std::move(payload));
         });
}

void HubToShards::ranged(const cache::Waiter& waiter, SharedBytes range, GroupId gid, Epoch epoch,
                         Seq first, Seq last, Seq head) {
    to_session(waiter.connection,
               [=, range = std::move(range)](session::Session& session, auto& fx) mutable {
                   session.on_ranged(waiter.request_id, gid, epoch, first, last, head,
                                     cache::addressed(waiter.request_id, *range), fx);
               });
}

void HubToShards::answered(const cache::Waiter& waiter, std::string payload) {
    to_session(waiter.connection,
               [=, payload = std::move(payload)](session::Session& session, auto& fx) mutable {
                   session.on_answer(waiter.request_id, std::move(payload), fx);
               });
}

void HubToShards::told(const cache::Waiter& waiter, std::string payload) {
    to_session(waiter.connection,
               [payload = std::move(payload)](session::Session& /*session*/, auto& fx) mutable {
                   fx.reply(std::move(payload));
               });
}

void HubToShards::refused(const cache::Waiter& waiter, GroupId gid, const Error& error) {
    to_session(waiter.connection, [=](session::Session& session, auto& fx) {
        session.on_refused(waiter.request_id, gid, error, fx);
    });
}

void HubToShards::badges(const ConnectionToken& connection, const pb::Pulse& pulse) {
    to_session(connection,
               [pulse](session::Session& session, auto& fx) { session.on_badges(pulse, fx); });
}

void HubToShards::expel(const ConnectionToken& connection, const Error& error) {
    to_session(connection,
               [error](session::Session& session, auto& fx) { session.on_expelled(error, fx); });
}

// ---- To all who watch

void HubToShards::push(const cache::Push& push, std::span<const cache::ShardIndex> shards) {
    const fanout::Push frame{.gid = push.gid,
                             .epoch = push.epoch,
                             .lane = static_cast<fanout::Lane>(push.lane),
                             .first = push.first,
                             .last = push.last,
                             .frame = push.frame,
                             .at = time()};
    to_all(shards, [frame](NodeShard& shard) { shard.router().on_push(frame); });
}

void HubToShards::head_moved(GroupId gid, Epoch epoch, Seq head,
                             std::span<const cache::ShardIndex> shards) {
    to_all(shards, [=](NodeShard& shard) { shard.router().on_head(gid, epoch, head); });
}

void HubToShards::online(GroupId gid, std::uint64_t count,
                         std::span<const cache::ShardIndex> shards) {
    to_all(shards, [=](NodeShard& shard) { shard.router().on_online(gid, count); });
}

void HubToShards::ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload,
                         std::span<const cache::ShardIndex> shards) {
    to_all(shards, [=](NodeShard& shard) { shard.on_ousted(gid, uid, version, payload); });
}

void HubToShards::overlay(GroupId gid, UserId uid, std::span<const cache::ShardIndex> shards) {
    to_all(shards, [=](NodeShard& shard) { shard.on_overlay(gid, uid); });
}

void HubToShards::recheck(GroupId gid, std::span<const cache::ShardIndex> shards) {
    to_all(shards, [gid](NodeShard& shard) { shard.recheck(gid); });
}

}  // namespace stentor::node
