#pragma once
// Carries out one load of a group: blocking reads of the store. Runs on a loader's thread.

#include "group/effects.h"
#include "store/store.h"

namespace stentor::owner {

[[nodiscard]] group::Loaded carry_out(const group::Load& load, Term term, Time now,
                                      store::Store& store);

}  // namespace stentor::owner
