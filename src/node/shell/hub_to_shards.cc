#include "node/shell/hub_to_shards.h"

#include <utility>

#include "node/cache/payloads.h"
#include "node/shell/session_adapter.h"

namespace stentor::node {

template <class Event>
void HubToShards::to_session(const ConnectionToken& connection, Event event) {
    post(connection.shard, [connection, event = std::move(event)](NodeShard& shard) mutable {
        shard.with_session(connection, event);
    });
}

template <class Task>
void HubToShards::to_all(std::span<const ShardIndex> shards, const Task& task) {
    for (const ShardIndex shard : shards) post(shard, task);
}

// ---- To one connection

void HubToShards::opened(const cache::Waiter& waiter, std::string payload,
                         const OpenResult& opening) {
    post(waiter.connection.shard,
         [waiter, opening, payload = std::move(payload)](NodeShard& shard) mutable {
             shard.on_opened(waiter.connection, waiter.request_id, opening, std::move(payload));
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

void HubToShards::push(Push push, std::span<const ShardIndex> shards) {
    push.at = time();
    to_all(shards, [push = std::move(push)](NodeShard& shard) { shard.router().on_push(push); });
}

void HubToShards::head_moved(GroupId gid, Epoch epoch, Seq head,
                             std::span<const ShardIndex> shards) {
    to_all(shards, [=](NodeShard& shard) { shard.router().on_head(gid, epoch, head); });
}

void HubToShards::online(GroupId gid, std::uint64_t count, std::span<const ShardIndex> shards) {
    to_all(shards, [=](NodeShard& shard) { shard.router().on_online(gid, count); });
}

void HubToShards::ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload,
                         std::span<const ShardIndex> shards) {
    to_all(shards, [=](NodeShard& shard) { shard.on_ousted(gid, uid, version, payload); });
}

void HubToShards::overlay(GroupId gid, UserId uid, std::span<const ShardIndex> shards) {
    to_all(shards, [=](NodeShard& shard) { shard.on_overlay(gid, uid); });
}

void HubToShards::list_watchers(GroupId gid, std::uint64_t ticket,
                                std::span<const ShardIndex> shards) {
    to_all(shards, [gid, ticket](NodeShard& shard) { shard.list_watchers(gid, ticket); });
}

}  // namespace stentor::node
