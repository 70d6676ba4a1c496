#pragma once
// The rules between a member's rights and the log: who may write this here, how often, and what.
//
// They come after the look for a duplicate. Each may say no today to what it let pass yesterday (a
// word list is swapped, a member's rate moves on), and a retry of a stored send must be told its
// number: told "refused", its sender would write it again, and all would read it twice. For the
// same reason what was ordered once and passes again after an unknown outcome is not asked again.
//
// An edit passes all of them, as a send does: else a text that may not be sent would be written
// into one that may.
//
// Owner: GroupState. Cost: O(1) and a look at each word of the text.

#include <cstdint>
#include <optional>

#include "base/code.h"
#include "base/time.h"
#include "bus/bus.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/rules/rules.h"

namespace stentor::group {

struct GroupState;

// Of the group's sends: how busy it is, and when those come back whom a storm refused.
struct Pace {
    rules::Activity activity;
    rules::ComeBackTimes come_back;
};

enum class Step : std::uint8_t { passed, refused, parked };

// Before the look for a duplicate; all others behind it.
[[nodiscard]] std::optional<Error> rate_objection(GroupState& group, CachedMember& member,
                                                  Time now);
[[nodiscard]] Step pass_rules(GroupState& group, Work& work, CachedMember& member, Time now);
[[nodiscard]] std::optional<Error> objection_to_words(const GroupState& group,
                                                      const bus::Command& command);
[[nodiscard]] Step pass_filter(GroupState& group, Work& work, Time now);
// All have let it pass: it counts for those that come next.
void note_sent(GroupState& group, const Work& work, CachedMember& member, Time now);

}  // namespace stentor::group
