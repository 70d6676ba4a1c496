#pragma once
// A node's memory of the groups that its connections watch: answers opens and pulls for all shards,
// and turns each item that owners tell into one encoded push.
//
// Owner: the hub. Thread: the hub's, hence no lock. Losing it loses nothing.
// CachePort meant for shards go into each shard's mailbox in the order in which they are caused.
// That order is a promise: an Opened or Range made at head H is before the push of H + 1.
//
// Limits: kCacheEntries and kCacheBytes of the newest entries per group, kCachePages pages of older
// ones, one load per missing page with at most kWaitersPerLoad waiting.
//
// What it may serve: entries at or below the head of the version that it knows whole, dense, of the
// present epoch, above the reader's floor. While something is missed nothing above is shown but
// heads: somebody may have left in between.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/code.h"
#include "base/ids.h"
#include "base/shared_bytes.h"
#include "base/storm.h"
#include "base/time.h"
#include "bus/bus.h"
#include "node/types.h"

namespace stentor::cache {

using AskId = std::uint64_t;
using node::Lane;
using node::OpenResult;
using node::Push;
using node::ReadRights;
using node::ShardIndex;

// Whose request it is. request_id 0: a group that Hello resumes.
struct Waiter {
    ConnectionToken connection;
    std::uint32_t request_id{};
};

// Payloads are serialized ServerFrames that are not enveloped yet. `shards`: those with an
// audience. Nothing here may call back into the cache.
class CachePort {
public:
    CachePort() = default;
    CachePort(const CachePort&) = delete;
    CachePort& operator=(const CachePort&) = delete;
    virtual ~CachePort() = default;

    // ---- To an owner. Answered once by on_reply.
    virtual void ask(AskId id, PartitionId partition, bus::Question question) = 0;

    // ---- To one connection
    virtual void opened(const Waiter& waiter, std::string payload, const OpenResult& seating) = 0;
    // `range` bears no request_id: those who wait for the same one share its bytes, and
    // addressed() (payloads.h) makes a payload of it.
    virtual void ranged(const Waiter& waiter, SharedBytes range, GroupId gid, Epoch epoch,
                        Seq first, Seq last, Seq head) = 0;
    // A Reset or a Fork that answers a pull: Session::on_answer.
    virtual void answered(const Waiter& waiter, std::string payload) = 0;
    // A Fork before the Opened that follows: written as it is, it answers nothing.
    virtual void told(const Waiter& waiter, std::string payload) = 0;
    virtual void refused(const Waiter& waiter, GroupId gid, const Error& error) = 0;

    // ---- To the shards with an audience
    virtual void push(Push push, std::span<const ShardIndex> shards) = 0;
    // Another head or epoch, without contents: Router::on_head.
    virtual void head_moved(GroupId gid, Epoch epoch, Seq head,
                            std::span<const ShardIndex> shards) = 0;
    // How many who were heard lately watch it on this node: Router::on_online.
    virtual void online(GroupId gid, std::uint64_t count, std::span<const ShardIndex> shards) = 0;
    // Every session of `uid`: Session::on_ousted.
    virtual void ousted(GroupId gid, UserId uid, std::uint64_t version, const std::string& payload,
                        std::span<const ShardIndex> shards) = 0;
    // Every session of `uid`: Session::on_overlay.
    virtual void overlay(GroupId gid, UserId uid, std::span<const ShardIndex> shards) = 0;
    // Each of these shards is to say once who watches the group: on_watcher_list.
    virtual void list_watchers(GroupId gid, std::uint64_t ticket,
                               std::span<const ShardIndex> shards) = 0;

    // ---- To one connection, beside the groups that it watches
    // Session::on_badges, Session::on_expelled.
    virtual void badges(const ConnectionToken& connection, const pb::Pulse& pulse) = 0;
    virtual void expel(const ConnectionToken& connection, const Error& error) = 0;

    // ---- To the table of routes: in force when this returns. 0: none any more.
    virtual void report_route(GroupId gid, std::uint32_t online) = 0;
};

struct CacheState;  // state.h

class Cache {
public:
    explicit Cache(CachePort& port);
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;
    ~Cache();

    // Each stands in the file whose work it is.

    // ---- From shards
    // Who has said Hello, with what their device holds of their own log; and who has left.
    void on_hello(const ConnectionToken& connection, UserId uid, Time minted,
                  std::uint64_t user_log_after);
    void on_gone(const ConnectionToken& connection, UserId uid);
    // They took a seat (1) or left one (-1).
    void on_seat(UserId uid, GroupId gid, int seats);
    // The owner is asked for the member every time. No such group and no member of it are both
    // answered not_found: guessing ids shows nothing.
    void on_open(const Waiter& waiter, GroupId gid, UserId uid, Epoch epoch, Seq seq, Time now);
    void on_pull(const Waiter& waiter, GroupId gid, Epoch epoch, Seq from, Seq to,
                 const ReadRights& reader, Time now);
    void on_near(const Waiter& waiter, GroupId gid, Time time, const ReadRights& reader, Time now);
    // What Router::take_counts gave.
    struct Watchers {
        std::uint32_t count{};
        std::uint32_t away{};  // Of them.
    };
    void on_watchers(ShardIndex shard, GroupId gid, const Watchers& watchers, std::uint64_t ticket,
                     Time now);
    // Whether this watcher is still a member; `ousted` if not.
    void on_recheck(GroupId gid, UserId uid, Time now);
    // The answer of one shard to list_watchers.
    void on_watcher_list(GroupId gid, std::uint64_t ticket, std::span<const UserId> uids, Time now);

    // ---- From owners
    void on_items(const bus::Items& items, Time now);
    void on_reply(AskId id, Result<bus::Reply> reply, Time now);
    void on_nudge(const bus::Nudge& nudge, Time now);

    // ---- About every second: routes are reported, quiet groups verified, unwatched ones
    // forgotten.
    void on_tick(Time now);
    // When on_wake is wanted, which pushes what groups were set to hold
    // (pb::GroupSettings.hold_ms).
    [[nodiscard]] std::optional<Time> wake_at() const;
    void on_wake(Time now);
    void set_level(storm::Level level);  // Told in each Batch.

    // Whether anybody of this name is connected.
    [[nodiscard]] bool is_here(UserId uid) const;

    // ---- For metrics and tests
    struct Counts {
        std::size_t groups{};
        std::size_t users{};
        std::size_t pages{};
        std::size_t loads{};  // Under way.
        std::uint64_t page_hits{};
        std::uint64_t page_misses{};  // Pages that were asked for,
        std::uint64_t page_joins{};   // and pulls that waited for one on its way already.
        std::uint64_t holes{};        // Items that told of something missed.
        std::uint64_t reloads{};      // Views asked again.
    };
    [[nodiscard]] Counts counts() const;

private:
    std::unique_ptr<CacheState> state_;
};

}  // namespace stentor::cache
