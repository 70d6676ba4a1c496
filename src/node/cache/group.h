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

// Too much was missed: everybody who watches is asked about, list by list; resets.cc.
struct Reset {
    std::uint64_t ticket{};
    bus::ChangesAnswer answer;  // What holds once all are known.
    std::size_t shards{};       // That have not said yet who watches there.
    std::vector<UserId> rest;   // To be asked about.
    bool asked{};
};

struct Group {
    explicit Group(GroupId gid) : memory(gid) {}

    Memory memory;
    // Of the group, up to which its memory is whole and its watchers are known to be members.
    std::uint64_t version = 0;
    std::vector<Watching> watching;
    std::vector<ShardIndex> shards;  // Those of `watching`.

    AskId view_ask = 0;
    std::vector<PendingOpen> awaiting;  // Members known, view on its way.
    std::size_t opens_in_flight = 0;
    // What was told of members while opens are in flight: an answer may be older than that. One of
    // before `told_from` is asked for anew, since not all that it lacks is kept.
    std::unordered_map<UserId, bus::MemberView> told;
    std::uint64_t told_from = 0;

    AskId catching_up = 0;
    bool wants_catch_up = false;
    // Told while a view, or what was missed, is on its way; in the order of versions.
    std::deque<std::shared_ptr<const bus::GroupItem>> backlog;
    std::size_t backlog_size = 0;  // size_of() all of them.
    std::unique_ptr<Reset> reset;  // While it is not known who may still watch.
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
