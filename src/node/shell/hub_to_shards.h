#pragma once
// What the cache asks for, as mail to the node shards. Each node shard gets what is meant for it in
// the order in which the cache asked.
//
// Owner: the hub. Thread: its own.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "node/cache/cache.h"
#include "node/shell/node_shard.h"

namespace stentor::node {

class HubToShards : public cache::CachePort {
protected:
    using ShardTask = std::move_only_function<void(NodeShard&)>;

    // Runs `task` on that shard's thread.
    virtual void post(ShardIndex shard, ShardTask task) = 0;
    // Of the event at hand.
    [[nodiscard]] virtual Time time() const = 0;

private:
    void opened(const cache::Waiter& waiter, std::string payload,
                const OpenResult& opening) override;
    void ranged(const cache::Waiter& waiter, SharedBytes range, GroupId gid, Epoch epoch, Seq first,
                Seq last, Seq head) override;
    void answered(const cache::Waiter& waiter, std::string payload) override;
    void told(const cache::Waiter& waiter, std::string payload) override;
    void refused(const cache::Waiter& waiter, GroupId gid, const Error& error) override;
    void push(Push push, std::span<const ShardIndex> shards) override;
    void head_moved(GroupId gid, Epoch epoch, Seq head,
                    std::span<const ShardIndex> shards) override;
    void online(GroupId gid, std::uint64_t count, std::span<const ShardIndex> shards) override;
    void ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload,
                std::span<const ShardIndex> shards) override;
    void overlay(GroupId gid, UserId uid, std::span<const ShardIndex> shards) override;
    void list_watchers(GroupId gid, std::uint64_t ticket,
                       std::span<const ShardIndex> shards) override;
    void badges(const ConnectionToken& connection, const pb::Pulse& pulse) override;
    void expel(const ConnectionToken& connection, const Error& error) override;

    // event(session::Session&, session::SessionPort&) on the connection's shard, if it is still
    // there.
    template <class Event>
    void to_session(const ConnectionToken& connection, Event event);
    // Nothing is copied for a shard but the task.
    template <class Task>
    void to_all(std::span<const ShardIndex> shards, const Task& task);
};

}  // namespace stentor::node
