#pragma once
// What a node shard asks of the process around it.

#include <cstdint>
#include <functional>
#include <span>

#include "base/ids.h"
#include "base/port.h"
#include "base/time.h"
#include "bus/bus.h"
#include "node/fanout/router.h"

namespace stentor::cache {
class Cache;
}

namespace stentor::node {

// The hub's mailbox: each task runs on the hub's thread, in the order of the calls of one node
// shard.
class HubMail : public Port {
public:
    using Task = std::move_only_function<void(cache::Cache&, Time)>;

    virtual void put(Task task) = 0;
};

// What only a process has, beside the connections. Every call is made on the shard's thread, from
// inside a call of its node shard; none may call back into the node shard.
class ShardHost : public fanout::Gate {
public:
    // ---- To owners. `reply` runs on this shard's thread, and never after the node shard's end.
    virtual void ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) = 0;

    // What nobody can guess.
    virtual void draw(std::span<std::uint8_t> random) = 0;
};

}  // namespace stentor::node
