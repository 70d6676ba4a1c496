#pragma once
// The port to how long a process may answer for what it holds: a lease that cannot be renewed ends,
// and from then on another one may own the partition, so that nothing may be answered from memory.
//
// Thread: any; must not block. An engine measures on a monotonic clock, from before it asked for
// the renewal, and leaves a margin for how clocks differ. It asks for one renewal at a time: the
// answer to an earlier question must not make good again what was over since.

#include "base/ids.h"
#include "base/port.h"

namespace stentor::owner {

class LeaseCheck : public Port {
public:
    [[nodiscard]] virtual bool is_good(PartitionId partition) const = 0;
};

// Of the only owner of an embedded store.
class EndlessLease final : public LeaseCheck {
public:
    [[nodiscard]] bool is_good(PartitionId /*partition*/) const override { return true; }
};

}  // namespace stentor::owner
