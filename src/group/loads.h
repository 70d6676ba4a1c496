#pragma once
// What a group waits for from the store, and the commands that wait for it meanwhile: for the group
// itself, or, per user, for a row that their first command needs.
//
// Owner: GroupState. Limits: Settings::parked_max commands of each kind. What was asked for before
// memory was dropped is ignored when it comes: each load names its generation.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "base/ids.h"
#include "base/time.h"
#include "bus/bus.h"
#include "group/effects.h"

namespace stentor::group {

struct GroupState;

// A command on its way to its place in the log; a look-up in the store is made once for each id.
struct Work {
    bus::Command command;
    bool rated{};         // It took its share of the rate before it was parked.
    bool cmid_absent{};   // The store was asked: its cmid is not there.
    bool after_absent{};  // Likewise for its predecessor.
    bool ruled{};         // The rules have let it pass, and counted it.
    bool judged{};        // The outside filter has let it pass.
    std::optional<Verdict> verdict;
    std::uint64_t text{};                          // What Repeats compares.
    bool maybe_kept{};                             // It was in a commit with an unknown outcome.
    std::optional<Found> found;                    // What it asked for with LoadFor.
    std::optional<std::optional<LogEntry>> entry;  // That it changes, once it was looked for.
};

struct Loads {
    std::uint64_t generation{};
    bool reread{};  // Memory was dropped, and lists and badges have not been told.

    std::deque<Work> waiting;  // For the group itself.
    // Per user, in the order of arrival: one sender's commands never pass each other.
    std::unordered_map<UserId, std::deque<Work>> parked;
    std::size_t parked_count{};

    [[nodiscard]] bool empty() const { return waiting.empty() && parked.empty(); }
};

void load(GroupState& group, LoadWhat what);
// For the command at the front of this user's queue.
void load_for(GroupState& group, UserId uid, decltype(LoadFor::what) what);
void receive_loaded(GroupState& group, const Loaded& loaded, Time now);

// Until the group is loaded, which is asked for if it is not on its way.
void wait_for_group(GroupState& group, Work work);
// Behind what its sender has waiting.
void park(GroupState& group, Work work);
// Memory is dropped: all wait for the group again, `first` before the others.
void wait_again(GroupState& group, std::deque<Work> first);

}  // namespace stentor::group
