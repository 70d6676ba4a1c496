#pragma once
// What stands in a group's memory: commands on their way, operations that are ordered and not
// durable yet, the members who were active lately.
//
// Owner: Group. Thread: the partition's worker. Limits: those of Settings and base/limits.h.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/rate.h"
#include "base/time.h"
#include "bus/bus.h"
#include "group/effects.h"
#include "group/ring.h"
#include "group/rules/rules.h"
#include "group/sweeps.h"
#include "store/store.h"

namespace stentor::group {

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

// A command on its way to its stage; a look-up in the store is made once for each id.
struct Work {
    bus::Command command;
    bool rated{};         // It took its share of the rate before it was parked.
    bool cmid_absent{};   // The store was asked: its cmid is not there.
    bool after_absent{};  // Likewise for its predecessor.
    bool ruled{};         // The rules have let it pass, and counted it.
    bool judged{};        // The outside filter has let it pass.
    std::optional<Verdict> verdict;
    std::uint64_t text{};        // What Repeats compares.
    bool untold{};               // It may be stored already, and then no node was told.
    std::optional<Found> found;  // What it asked for with LoadFor.
    std::optional<std::optional<LogEntry>> entry;  // That it changes, once it was looked for.
};

// Ordered, not durable.
struct Operation {
    bus::Command command;            // Kept, to be staged again after an unknown outcome.
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

    // More than an entry, so that it has a place between the entries around it.
    [[nodiscard]] bool changes_more() const {
        return changed || settings || raises_floor || !members.empty();
    }
    [[nodiscard]] bool is_own() const { return raises_floor || sweeps || sweeps_reactions; }
    [[nodiscard]] bool takes_reactions() const {
        return sweeps_reactions || (changed && swept_after);
    }
};

// Of recalls; and of hides and reactions together.
inline constexpr RateLimit kChangesRate{.period = limits::kChangeEvery,
                                        .burst = limits::kChangesBurst};

struct CachedMember {
    store::MemberRow row;  // As it will be once everything staged is durable.
    Rate rate;
    Rate changes;  // Hides and reactions.
    Rate recalls;
    GivenBack given_back;     // Of all three.
    Time typed;               // When the others were last told that he types.
    std::uint32_t pending{};  // Operations that changed it and are not durable.
    std::uint32_t sends{};    // Ordered, not durable.
    Time used;
    Time last_sent;
    rules::Repeats repeats;
    Rate newcomer;                        // While his account is new.
    std::optional<Time> account_created;  // Once somebody asked.
};

// Who owns the group next.
struct Heir {
    std::optional<store::MemberRow> row;
    bool nobody_left{};
};

// What a command takes its share of, and is given it back where it is refused for good. Text that
// is edited comes before people as text that is sent, at the same rate; what takes something away
// from all waits behind neither, nor behind reactions. Nothing: it is not paced here.
struct Bucket {
    Rate& rate;
    RateLimit limit;
};
[[nodiscard]] inline std::optional<Bucket> bucket_of(CachedMember& member,
                                                     const pb::ClientFrame& frame,
                                                     const RateLimit& sends) {
    switch (frame.command_case()) {
        case pb::ClientFrame::kSend:
        case pb::ClientFrame::kEdit: return Bucket{.rate = member.rate, .limit = sends};
        case pb::ClientFrame::kRecall:
        case pb::ClientFrame::kClearReactions:
            return Bucket{.rate = member.recalls, .limit = kChangesRate};
        case pb::ClientFrame::kHide:
        case pb::ClientFrame::kReact: return Bucket{.rate = member.changes, .limit = kChangesRate};
        default: return std::nullopt;
    }
}

// Somebody opens the group and waits for a member row, for what they hid, or for their unread
// count.
struct Opening {
    std::uint64_t ask{};
    bus::AskOpen question;
    std::vector<Seq> hidden;  // Ascending, down to kUnreadScan entries below the head.
    bool hidden_known{};
    std::optional<UnreadCount> unread;
};

}  // namespace stentor::group
