#pragma once
// The frames that the cache composes, as bytes.

#include <span>
#include <string>

#include "base/storm.h"
#include "bus/bus.h"
#include "node/cache/memory.h"
#include "node/types.h"

namespace stentor::cache {

using node::Push;

// `frame`: a serialized ServerFrame without a request_id, which it bears then.
[[nodiscard]] std::string addressed(std::uint32_t request_id, const std::string& frame);
[[nodiscard]] std::string reset_payload(std::uint32_t request_id, const Memory& memory, Seq floor,
                                        const Digest& digest);
[[nodiscard]] std::string fork_payload(std::uint32_t request_id, GroupId gid, Epoch epoch,
                                       Seq fork);
[[nodiscard]] std::string ousted_payload(GroupId gid, pb::OustReason reason, UserId by);
// For all.
[[nodiscard]] Push changed_push(GroupId gid, Epoch epoch, const LogEntry& entry);
[[nodiscard]] Push batch_push(GroupId gid, Epoch epoch, std::span<const LogEntry> entries,
                              storm::Level level);

}  // namespace stentor::cache
