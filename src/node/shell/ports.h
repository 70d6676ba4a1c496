#pragma once
// What a node shard asks of the process around it.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/code.h"
#include "base/encoded_push.h"
#include "base/ids.h"
#include "base/time.h"
#include "base/written.h"
#include "bus/bus.h"
#include "node/fanout/router.h"

namespace stentor::cache {
class Cache;
}

namespace stentor::node {

// The hub's mailbox: each task runs on the hub's thread, in the order of the calls of one node
// shard.
class HubMail {
public:
    using Task = std::move_only_function<void(cache::Cache&, Time)>;

    HubMail() = default;
    HubMail(const HubMail&) = delete;
    HubMail& operator=(const HubMail&) = delete;
    virtual ~HubMail() = default;

    virtual void put(Task task) = 0;
};

// The connections of one shard, and what else only a process has. Every call is made on the shard's
// thread, from inside a call of its node shard; none may call back into the node shard.
class ShardHost {
public:
    ShardHost() = default;
    ShardHost(const ShardHost&) = delete;
    ShardHost& operator=(const ShardHost&) = delete;
    virtual ~ShardHost() = default;

    // ---- Writing
    // Frames `payload` as one message; it waits behind others, and is `kept` then. Refused: too
    // many do. NodeShard::on_drained follows both.
    [[nodiscard]] virtual Written reply(ConnectionToken connection, std::string_view payload) = 0;
    // Nothing of what waits is written any more, but for the frame that is halfway.
    virtual void forget_waiting(ConnectionToken connection) = 0;
    // If nothing waits.
    virtual void offer(ConnectionToken connection, const SharedPush& push) = 0;
    // The hot path of a pass, see fanout::Writer.
    [[nodiscard]] virtual Written write(const fanout::Seat& seat, const SharedPush& push) = 0;
    // The socket's part of a seat: where to write, whether something waits there already, and
    // whether its client takes compressed messages.
    [[nodiscard]] virtual fanout::Seat seat(ConnectionToken connection) const = 0;

    // ---- A connection
    // Of its client, numeric; may cost a call of the system.
    [[nodiscard]] virtual std::string address(ConnectionToken connection) const = 0;
    // It has said who it is.
    virtual void greeted(ConnectionToken connection) = 0;
    virtual void pause_reading(ConnectionToken connection) = 0;
    virtual void resume_reading(ConnectionToken connection) = 0;
    // NodeShard::on_deadline is wanted then; replaces the former wish.
    virtual void set_deadline(ConnectionToken connection, Time at) = 0;
    // After what waits. NodeShard::on_closed follows.
    virtual void close(ConnectionToken connection, std::uint16_t close_code, Code reason) = 0;

    // ---- Large passes, see fanout::Gate
    [[nodiscard]] virtual bool enter_gate() = 0;
    virtual void leave_gate() = 0;

    // ---- To owners. `reply` runs on this shard's thread, and never after the node shard's end.
    virtual void ask(PartitionId partition, bus::Question question, bus::ReplyHandler reply) = 0;

    // What nobody can guess.
    virtual void draw(std::span<std::uint8_t> random) = 0;
};

}  // namespace stentor::node
