#pragma once
// What stands around a NodeShard, for tests: tokens, an owner's bus, a hub and sockets that keep
// what they are given.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bus/bus.h"
#include "node/session/rules.h"
#include "node/shell/ports.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::node {

inline constexpr GroupId kGroup{5};
inline constexpr UserId kAnn{1};
inline constexpr UserId kBob{2};

class Tokens : public session::Verifier {
public:
    Result<session::Identity> verify(std::string_view token, Time now) const override {
        return session::Identity{
            .uid = token == "ann" ? kAnn : kBob, .minted = now, .expires = now + Millis{3'600'000}};
    }
};

class Bus : public bus::Bus {
public:
    Result<void> submit(PartitionId /*partition*/, bus::Command command) override {
        if (full) {
            return std::unexpected(
                Error{.code = Code::overloaded, .where = "partition", .retry_after_ms = 1'000});
        }
        commands.push_back(std::move(command));
        return {};
    }
    void ask(PartitionId, bus::Question, bus::ReplyHandler) override {}
    void publish(NodeId, std::shared_ptr<const bus::Items>) override {}
    void answer(NodeId, std::vector<bus::Answer>) override {}
    void nudge(NodeId, std::vector<bus::Nudge>) override {}

    bool full = false;
    std::vector<bus::Command> commands;
};

class Hub : public HubMail {
public:
    void put(Task /*task*/) override { ++tasks; }

    int tasks = 0;
};

class Sockets : public Connections, public ShardHost {
public:
    Written send(ConnectionToken connection, std::string_view payload) override {
        if (full) return Written::refused;
        told[connection.index].push_back(*wire::decode_event(payload));
        return slow ? Written::kept : Written::whole;
    }
    void forget_waiting(ConnectionToken) override {
        if (forgets) full = false;
    }
    Written write(ConnectionToken connection, const SharedPush&) override {
        offered.insert(connection.index);
        return Written::whole;
    }
    Written write_direct(int, ConnectionIndex, const SharedPush&) override {
        return Written::whole;
    }
    [[nodiscard]] bool waiting(ConnectionToken) const override { return false; }
    [[nodiscard]] bool deflates(ConnectionToken) const override { return false; }
    [[nodiscard]] int descriptor(ConnectionToken connection) const override {
        return static_cast<int>(connection.index);
    }
    [[nodiscard]] std::string address(ConnectionToken connection) const override {
        return "198.51.100." + std::to_string(connection.index);
    }
    void greeted(ConnectionToken connection) override { greeted_ones.insert(connection.index); }
    void pause_reading(ConnectionToken) override { paused = true; }
    void resume_reading(ConnectionToken) override { paused = false; }
    void set_deadline(ConnectionToken, Time) override {}
    void close(ConnectionToken connection, std::uint16_t, std::string_view reason) override {
        closed.emplace_back(connection.index, reason);
    }
    bool try_enter() override { return gate; }
    void leave() override {}
    void ask(PartitionId, bus::Question, bus::ReplyHandler reply) override {
        asked.push_back(std::move(reply));
    }
    void draw(std::span<std::uint8_t> random) override {
        std::ranges::generate(random, [this] { return next++; });
    }

    bool full = false;
    bool forgets = false;  // Room is made for what is said last.
    bool slow = false;
    bool paused = false;
    bool gate = true;
    std::uint8_t next = 1;
    std::map<std::uint32_t, std::vector<pb::ServerFrame>> told;
    std::set<std::uint32_t> offered;
    std::set<std::uint32_t> greeted_ones;
    std::vector<std::pair<std::uint32_t, std::string>> closed;
    std::vector<bus::ReplyHandler> asked;
};

inline std::pair<std::uint32_t, std::string> end_of(std::uint32_t index, Code reason) {
    return {index, std::string{name_of(reason)}};
}

inline std::string hello(const std::string& token, std::uint64_t device) {
    pb::ClientFrame frame;
    frame.set_request_id(1);
    frame.mutable_hello()->set_token(token);
    frame.mutable_hello()->set_device(device);
    frame.mutable_hello()->set_version(1);
    return wire::encode(frame);
}

inline std::string open_command(GroupId gid, std::uint32_t request_id) {
    pb::ClientFrame frame;
    frame.set_request_id(request_id);
    frame.mutable_open()->set_gid(gid.value);
    return wire::encode(frame);
}

}  // namespace stentor::node
