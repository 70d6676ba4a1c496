#pragma once
// Who am I in this group, and what is there? Answered from memory; a member row or older entries
// (for an exact unread count) are loaded first where they are missing.
//
// Owner: GroupState. Limits: what nodes may have asked at once.

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "bus/bus.h"
#include "group/effects.h"
#include "group/ring.h"
#include "store/rows.h"

namespace stentor::group {

struct GroupState;

// Somebody opens the group and waits for a member row, for what they hid, or for their unread
// count.
struct Opening {
    std::uint64_t ask{};
    bus::AskOpen question;
    std::vector<Seq> hidden{};  // Ascending, down to kUnreadScan entries below the head.
    bool hidden_known{};
    std::optional<UnreadCount> unread{};
};

struct Openings {
    std::vector<Opening> waiting;                             // For the group itself.
    std::unordered_map<UserId, std::vector<Opening>> parked;  // For the user's row.
    std::vector<Opening> staged;  // By those whose row is not durable as it stands.
    std::unordered_map<std::uint64_t, Opening> counting;

    [[nodiscard]] bool empty() const {
        return waiting.empty() && parked.empty() && staged.empty() && counting.empty();
    }
};

void receive_question(GroupState& group, Opening opening, Time now);
// Answers it, or asks for what is missing.
void open_step(GroupState& group, Opening opening);
// What they hid, or a page of older entries.
void on_looked_up(GroupState& group, std::uint64_t ask, const Result<Found>& found);
// Memory is dropped: all wait for the group again.
void open_again(GroupState& group);

[[nodiscard]] bus::MemberView member_view(const store::HeadRow& head, const store::MemberRow& row);

}  // namespace stentor::group
