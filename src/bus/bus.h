#pragma once
// The port between gateways and owners. Commands go up to the partition that owns the group, in
// order and at least once; items come down to each node of a group's route, and may be lost, late
// or twice: they are numbered by the group's versions, so a node sees it and asks for what it
// lacks. The bus is never the record.

#include <array>
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
#include "bus/questions.h"
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
struct Command {
    ReplyTo reply_to;
    GroupId gid;
    UserId uid;
    Time token_minted;     // Of the token that the connection showed; 0: none was needed.
    bool limits_lifted{};  // A bench role's: no rate.
    // The operator's, or an API key's: neither rate nor role is asked, and `uid` may be 0 or
    // anybody in whose name it is done.
    bool operator_rights{};
    std::array<std::uint8_t, 16> random{};  // For what must not be guessed: an invite's code.
    std::string
        address;  // Where it came from, of what moderators do (moderation.h); for the audit.
    pb::ClientFrame frame;
    Time arrived{};  // At its owner, who notes it to see how long commands wait.
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
struct TalliesChanged {  // Gathered for a second or so; each is whole.
    std::vector<pb::Tally> tallies;
};
struct TypingSeen {
    UserId uid;
};
using GroupEvent = std::variant<EntriesAdded, EntryChanged, MemberChanged, GroupChanged,
                                TalliesChanged, TypingSeen>;

// What the commits of a group have done after its version `from` (store::HeadRow.version), up to
// `to`, as far as it shows. A commit of which nothing shows is not told: the next item spans it.
// Whoever knows the group up to less than `from` has missed something, and asks (AskChanges).
// `from` = `to`: nothing is told but that the group has come to there.
// `to` = 0: nothing that was committed; sums and who types, of which the last one is right.
struct GroupItem {
    GroupId gid;
    Epoch epoch;
    std::uint64_t from{};
    std::uint64_t to{};
    std::vector<GroupEvent> events;
};

// What an owner hands to one node at once. Items are made once for all nodes.
struct Items {
    Term term;
    std::vector<std::shared_ptr<const GroupItem>> items;
};

struct Answer {
    ReplyTo reply_to;
    pb::ServerFrame frame;
};

// ---- Nudges: told to nodes beside the order of any group. Each may be lost, late or twice, and
// only makes a node look again.

struct HeadMoved {  // To every node that may have members of the group: for badges.
    GroupId gid;
    Epoch epoch;
    Seq head;
    std::uint64_t members{};
};
struct UserLogMoved {  // To the nodes on the user's route: AskUserLog.
    UserId uid;
};
struct ReadMoved {  // Likewise: another device of theirs has read up to here.
    UserId uid;
    GroupId gid;
    Epoch epoch;
    Seq read;
};
struct ReactionMoved {  // Likewise: another device of theirs reacted.
    UserId uid;
    pb::React reacted;
};
struct GroupMoved {  // As HeadMoved: the newest entries or the name are not what they were.
    GroupId gid;
    std::string name;  // When it was changed.
};
struct AccountMoved {  // To every node: AskAccountChanges.
    std::uint64_t head{};
};
struct PersonMoved {  // Likewise: somebody has another name or picture.
    pb::User user;
};
struct DutiesMoved {  // As UserLogMoved: what waits for this moderator of the group has changed.
    UserId uid;
    GroupId gid;
};
using Nudge = std::variant<HeadMoved, UserLogMoved, ReadMoved, ReactionMoved, GroupMoved,
                           AccountMoved, PersonMoved, DutiesMoved>;

// What a node does with what comes down. Called on a thread of the bus; must not block.
class NodeInbox {
public:
    NodeInbox() = default;
    NodeInbox(const NodeInbox&) = delete;
    NodeInbox& operator=(const NodeInbox&) = delete;
    virtual ~NodeInbox() = default;

    virtual void on_items(std::shared_ptr<const Items> items) = 0;
    virtual void on_answers(std::vector<Answer> answers) = 0;
    virtual void on_nudges(std::vector<Nudge> nudges) = 0;
};

// What an owner does with what comes up. Called on a thread of the bus; must not block.
class OwnerInbox {
public:
    OwnerInbox() = default;
    OwnerInbox(const OwnerInbox&) = delete;
    OwnerInbox& operator=(const OwnerInbox&) = delete;
    virtual ~OwnerInbox() = default;

    // overloaded: the queue is full, nothing was taken.
    virtual Result<void> on_command(PartitionId partition, Command command) = 0;
    // Nobody awaits the answer behind `due`.
    virtual void on_ask(PartitionId partition, Question question, Time due, ReplyHandler reply) = 0;
};

class Bus {
public:
    Bus() = default;
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;
    virtual ~Bus() = default;

    // ---- Up. overloaded: the partition's queue is full; nothing was taken.
    virtual Result<void> submit(PartitionId partition, Command command) = 0;
    // `reply` is called exactly once, on any thread: with the answer, or with timeout after
    // kAskWithin.
    virtual void ask(PartitionId partition, Question question, ReplyHandler reply) = 0;

    // ---- Down. Lossy.
    virtual void publish(NodeId node, std::shared_ptr<const Items> items) = 0;
    virtual void answer(NodeId node, std::vector<Answer> answers) = 0;
    virtual void nudge(NodeId node, std::vector<Nudge> nudges) = 0;
};

}  // namespace stentor::bus
