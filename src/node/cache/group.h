#pragma once
// A group as this node's cache knows it: its memory, who watches it, and what is under way for it.
//
// Owner: CacheState. It is known from the first open until half a minute after the last watcher.

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bus/bus.h"
#include "node/cache/asked.h"
#include "node/cache/memory.h"
#include "node/cache/ticks.h"

namespace stentor::cache {

struct Watching {
    ShardIndex shard{};
    std::uint32_t count{};
    std::uint32_t away{};    // Of them: Router::seat_away.
    std::uint64_t ticket{};  // Of the newest Opened sent there: until it is counted, it may sit.
};

// What a group's hold window has gathered; holds.cc.
struct Held {
    std::vector<LogEntry> entries;  // Dense, from the head on.
    std::size_t bytes{};
    Time due;
};

struct Group {
    explicit Group(GroupId gid) : memory(gid) {}

    Memory memory;
    std::vector<Watching> watching;
    std::vector<ShardIndex> shards;  // Those of `watching`.

    bool refresh = false;  // Items were lost: the next open takes a new view.
    AskId view_ask = 0;
    std::vector<PendingOpen> awaiting;  // Members known, view on its way.
    std::size_t opens_in_flight = 0;
    // Told by the stream while opens are in flight: an answer may be older than what it says.
    std::unordered_map<UserId, bus::MemberView> changed;
    // +1 when something was missed, or `changed` overflowed: then answers are asked for anew.
    std::uint64_t generation = 1;

    AskId catching_up = 0;
    bool wants_catch_up = false;
    Seq seen;             // Newest seq that the stream told, applied or not.
    Seq unheard;          // An owner's answer said that it is there; the stream has not yet,
    Time unheard_since;   // and may until kStreamWithin later.
    Epoch backlog_epoch;  // Of `seen` and `backlog` while no view is here.
    // Told while a view, or what was missed, was on its way.
    std::vector<std::pair<Epoch, LogEntry>> changes;
    std::deque<LogEntry> backlog;  // Ahead of the head, until what is missing has come.
    // Pulls and opens of who knows of more than the head, until that was verified.
    std::vector<PendingPull> beyond;
    std::vector<PendingOpen> opens_beyond;

    std::unique_ptr<Held> held;  // While the group's window holds something.

    std::vector<bus::ForkPoint> forks;  // Ascending.
    std::unique_ptr<Ticks> ticks;       // Once there is something to tell.
    std::uint32_t online_told = 0;
    Time online_again;

    std::uint32_t reported = 0;
    Time reported_at;
    Time unwatched_since;
    Time verified;
};

// What is to be told of it beside its entries.
inline Ticks& ticks_of(Group& group) {
    if (!group.ticks) group.ticks = std::make_unique<Ticks>();
    return *group.ticks;
}

}  // namespace stentor::cache
