#pragma once
// Questions to the owners of groups and users, and whom an answer belongs to.

#include "base/code.h"
#include "base/ids.h"
#include "base/time.h"
#include "bus/bus.h"
#include "node/cache/state.h"

namespace stentor::cache {

// `asked` comes back with the answer: Cache::on_reply hands both to the one who asked.
AskId ask(CacheState& cache, PartitionId partition, Asked asked, bus::Question question);
AskId ask(CacheState& cache, GroupId gid, Asked asked, bus::Question question);

}  // namespace stentor::cache
