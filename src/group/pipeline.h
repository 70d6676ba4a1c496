#pragma once
// The commit pipeline of one group: what is ordered and not durable yet, in the order of its
// numbers. An operation is staged, then in flight with others in the one commit whose outcome is
// open, then durable: answered and published.
//
// Owner: GroupState. Limits: Settings::staged_max operations that are staged, kCommitEntries and
// kCommitBytes in flight.

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"
#include "bus/bus.h"
#include "group/sweeps.h"
#include "store/store.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::group {

struct GroupState;

// Where the log will end once everything staged is durable.
struct Tip {
    Seq seq;
    Digest digest;
    std::uint64_t ordinal{};
    Time time;
    std::uint64_t members{};
    Seq floor;
    Digest floor_digest;
};

// Ordered, not durable.
struct Operation {
    bus::Command command;            // Kept, to be staged again when its commit is not done.
    std::vector<bus::ReplyTo> also;  // Retries of the same send that came meanwhile.
    Tip after;
    pb::ServerFrame answer;
    std::optional<LogEntry> entry;
    std::optional<store::SentRow> sent;
    std::vector<store::MemberRow> members;
    pb::OustReason ousted{};      // Why those of `members` who are none any more are not.
    std::vector<UserId> joining;  // Whose groups are to be counted once more when it is committed.
    bool closes{};                // The group.
    bool sweeps{};                // A step behind that, the group's own: it answers nobody.
    bool sweeps_reactions{};      // Likewise, of a Sweep,
    bool ends_page{};             // and the last one of its page.
    bool part{};                  // Of what the operation behind it answers for; it answers nobody.
    std::optional<Sweep> swept_after;  // It is answered when these reactions are gone.
    std::optional<store::HeadRow> created;
    std::optional<pb::GroupSettings> settings;  // Changed, whole.
    std::optional<LogEntry> changed;            // Edited or recalled.
    bool raises_floor{};                        // The group's own step: it answers nobody.
    std::vector<store::UserEvent> events;
    std::vector<MemberEvent> member_events;
    std::vector<store::InviteRow> invites;
    std::vector<std::string> dropped_invites;
    std::vector<store::ReactionRow> reactions;
    std::optional<store::TallyRow> tally;
    std::optional<store::ModerationRow> moderation;
    UserId unnamed;       // In the moderation log, from here on.
    bool moves_duties{};  // What waits for those who moderate changes.

    // More than an entry, so that it has a place between the entries around it.
    [[nodiscard]] bool changes_more() const {
        return changed || settings || raises_floor || !members.empty();
    }
    [[nodiscard]] bool is_own() const { return raises_floor || sweeps || sweeps_reactions || part; }
    [[nodiscard]] bool takes_reactions() const {
        return sweeps_reactions || (changed && swept_after);
    }
};

struct Pipeline {
    Tip tip;
    pb::GroupSettings settings;  // The group's, once everything staged is durable.

    std::deque<Operation> staged;
    std::deque<Operation> in_flight;  // In the one commit whose outcome is open.
    store::HeadRow in_flight_head;    // The head row that it writes.

    [[nodiscard]] bool empty() const { return staged.empty() && in_flight.empty(); }
    [[nodiscard]] bool holds(UserId uid) const;  // Something that they asked for.
};

// Which leaves the log as it is, so far.
[[nodiscard]] Operation operation_for(const GroupState& group, const bus::Command& command);
void stage(GroupState& group, Operation operation);
// Puts the operation's member rows, invites and settings into memory as well.
void stage_rows(GroupState& group, Operation operation);
// A repeat of the newest operation that is `same` and not durable yet is answered with it.
bool answer_with(GroupState& group, const bus::ReplyTo& to,
                 const std::function<bool(const Operation&)>& same);

// Makes the next commit, if none is under way and something is staged.
void commit_staged(GroupState& group);
void commit_done(GroupState& group);
// The tenure ends. What is in flight is answered as nobody knows its outcome,
void lose_in_flight(GroupState& group);
// and what is not ordered, or can be ordered anew, is taken out in its order, to be asked
// elsewhere.
[[nodiscard]] std::vector<bus::Command> take_commands(GroupState& group);
// Nobody knows what the store holds: the group is loaded again, and everything that was ordered
// passes all checks once more.
void drop_memory(GroupState& group);

}  // namespace stentor::group
