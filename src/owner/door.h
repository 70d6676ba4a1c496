#pragma once
// Which partitions this process holds, for whoever is asked something about one. At a shut door
// they are told owner_moved: another process may know better by now.
//
// Thread: any. Owner: a process with the role of an owner; its desks open and shut it.

#include <array>
#include <atomic>

#include "base/ids.h"
#include "base/planted_bugs.h"
#include "owner/lease_check.h"

namespace stentor::owner {

class Door {
public:
    explicit Door(const LeaseCheck& lease) : lease_{lease} {}

    void open(PartitionId partition) { open_[partition.value] = true; }
    void shut(PartitionId partition) { open_[partition.value] = false; }
    [[nodiscard]] bool is_open(PartitionId partition) const {
        return open_[partition.value] && has_lease(partition);
    }
    [[nodiscard]] bool has_lease(PartitionId partition) const {
        return lease_.is_good(partition) || planted(Bug::answers_after_lease);
    }

private:
    const LeaseCheck& lease_;
    std::array<std::atomic<bool>, kPartitions> open_{};
};

}  // namespace stentor::owner
