#pragma once
// The port between gateways and owners. Commands go up to the partition that owns the group, in
// order and at least once; items come down to each node of a group's route, in order per owner,
// and may be lost: a node sees the hole in `number` and asks again. The bus is never the record.

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/code.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::bus {

// Where the answer to a command goes.
struct ReplyTo {
    NodeId node;
    ConnectionToken connection;
    std::uint32_t request_id{};
};

// A command that changes a group: ordered with all others of that group.
struct Post {
    ReplyTo reply_to;
    GroupId gid;
    UserId uid;
    bool limits_lifted{};  // A bench role's: no rate.
    pb::ClientFrame command;
};

// What one member is in a group, as its owner knows it.
struct MemberView {
    pb::Role role{pb::ROLE_NONE};
    Seq floor;
    Seq read;
    std::uint32_t unread{};  // Up to kUnreadCap.
    std::uint64_t version{};
    Time muted_until;
    bool muted_for_me{};
};

// A group as its owner knows it, at one moment of the item stream.
struct GroupView {
    GroupId gid;
    Epoch epoch;
    Term term;
    Seq head;
    Digest digest;  // At head.
    Seq floor;
    Digest floor_digest;
    std::uint64_t ordinal{};
    std::uint64_t members{};
    pb::GroupSettings settings;
    std::vector<LogEntry> newest;  // Dense, ends at head; at most kRing.
    Digest digest_before;          // At newest.front().seq - 1, or at head when newest is empty.
};

// ---- Items: what happened in a group, in its order

struct EntriesAdded {
    std::vector<LogEntry> entries;  // Dense.
    Digest digest_before;
};
struct EntryChanged {  // Edited or recalled.
    LogEntry entry;
    Seq head;
};
struct MemberChanged {
    UserId uid;
    MemberView member;  // ROLE_NONE: gone.
    pb::OustReason reason{};
    UserId by;
    std::uint64_t members{};  // Count after.
};
struct GroupChanged {  // Settings, or a new epoch.
    pb::GroupSettings settings;
    Seq fork;  // Entries above it belong to the former epoch.
};

struct Item {
    GroupId gid;
    Epoch epoch;
    std::variant<EntriesAdded, EntryChanged, MemberChanged, GroupChanged> event;
};

// What an owner hands to one node at once. `number` counts 1, 2, 3 ... per (partition, term, node).
struct Items {
    PartitionId partition;
    Term term;
    std::uint64_t number{};
    std::vector<Item> items;
};

struct Answer {
    ReplyTo reply_to;
    pb::ServerFrame frame;
};

// ---- Questions: answered by the owner, changing nothing that is ordered

struct AskOpen {  // Who am I there, and what is there?
    GroupId gid;
    UserId uid;
    bool with_view{};  // The asker has no GroupView yet.
};
struct OpenAnswer {
    MemberView member;
    std::optional<GroupView> view;
};
struct AskEntries {  // A page of history.
    GroupId gid;
    Seq from;
    std::uint32_t count{};
};
struct EntriesAnswer {
    std::vector<LogEntry> entries;
    Digest digest_before;
    Epoch epoch;
    Seq head;  // The head at which it was read.
    Seq floor;
    Digest floor_digest;
};
struct AskNear {
    GroupId gid;
    Time time;
};
struct AskList {
    UserId uid;
    std::string cursor;
    std::uint32_t count{};
};
struct AskUsers {
    std::vector<UserId> uids;
};
struct AskAddUser {
    std::string name;
    std::string name_key;
    std::string password_hash;
};
struct AskUserByName {
    std::string name_key;
};
struct Account {
    UserId uid;
    std::string name;
    std::string password_hash;
};

using Question =
    std::variant<AskOpen, AskEntries, AskNear, AskList, AskUsers, AskAddUser, AskUserByName>;
using Reply = std::variant<OpenAnswer, EntriesAnswer, Seq, pb::Groups, pb::Users, Account>;
using ReplyHandler = std::move_only_function<void(Result<Reply>)>;

// What a node does with what comes down. Called on a thread of the bus; must not block.
class NodeInbox {
public:
    NodeInbox() = default;
    NodeInbox(const NodeInbox&) = delete;
    NodeInbox& operator=(const NodeInbox&) = delete;
    virtual ~NodeInbox() = default;

    virtual void on_items(std::shared_ptr<const Items> items) = 0;
    virtual void on_answers(std::vector<Answer> answers) = 0;
};

// What an owner does with what comes up. Called on a thread of the bus; must not block.
class OwnerInbox {
public:
    OwnerInbox() = default;
    OwnerInbox(const OwnerInbox&) = delete;
    OwnerInbox& operator=(const OwnerInbox&) = delete;
    virtual ~OwnerInbox() = default;

    // overloaded: the queue is full, nothing was taken.
    virtual Result<void> on_post(PartitionId partition, Post post) = 0;
    virtual void on_ask(PartitionId partition, Question question, ReplyHandler reply) = 0;
};

class Bus {
public:
    Bus() = default;
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;
    virtual ~Bus() = default;

    // ---- Up. overloaded: the partition's queue is full; nothing was taken.
    virtual Result<void> post(PartitionId partition, Post post) = 0;
    // `reply` is called exactly once, on any thread: with the answer, or with timeout after
    // kAskWithin.
    virtual void ask(PartitionId partition, Question question, ReplyHandler reply) = 0;

    // ---- Down. Lossy.
    virtual void publish(NodeId node, std::shared_ptr<const Items> items) = 0;
    virtual void answer(NodeId node, std::vector<Answer> answers) = 0;
};

}  // namespace stentor::bus
