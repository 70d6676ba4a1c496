#pragma once
// What a commit does to the rows of its group's moderation log, the same in every engine. Pure.
//
// A log keeps its newest kModerationRows rows, for kModerationKept; reports of entries that the
// floor has passed go with them. So looking at all of it is bounded, and nothing else has to trim
// it: it is looked at when it grows, when the floor rises and when somebody is erased.

#include <cstdint>
#include <vector>

#include "store/rows.h"

namespace stentor::store {

// Ascending over all commits of a group: a commit has at most kCommitEntries rows.
[[nodiscard]] std::uint64_t moderation_number(std::uint64_t version, std::size_t index);

// Whether the commit needs to know the rows that are kept.
[[nodiscard]] bool changes_moderation(const Commit& commit, Seq former_floor);

struct ModerationChange {
    std::vector<ModerationRow> put;      // New ones with their numbers, and those without a name.
    std::vector<std::uint64_t> dropped;  // Numbers.
};
// `kept`: all that the store holds of the group, in any order.
[[nodiscard]] ModerationChange moderation_change(std::vector<ModerationRow> kept,
                                                 const Commit& commit);

}  // namespace stentor::store
