#pragma once
// What becomes of a commit that the store did not take: of the real committer and of the
// simulator's. Pure.

#include <optional>

#include "base/limits.h"
#include "base/planted_bugs.h"
#include "base/time.h"
#include "store/rows.h"

namespace stentor::owner {

// What its group is told. None: the same commit is tried again, before anything that came later;
// but not for ever, since people wait for it.
[[nodiscard]] inline std::optional<store::Outcome> outcome_to_tell(store::Outcome outcome,
                                                                   Millis tried_for) {
    if (outcome != store::Outcome::aborted) return outcome;
    if (planted(Bug::not_written_called_done)) return store::Outcome::done;
    if (tried_for < limits::kTryCommitFor) return std::nullopt;
    return outcome;
}

}  // namespace stentor::owner
