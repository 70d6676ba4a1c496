#pragma once
// The embedded record: RocksDB in a directory of its own. format.md gives every byte of it.
//
// Thread: any. Committers of different groups share one write and one sync; readers never wait for
// either. Limits: one process at a time may hold a path.
//
// After a failed write or sync the engine stops for good: the commits of that call and of every
// later one are `unknown`, everything else is store_unavailable. So no owner can tell anybody that
// something is, or is not, stored, until a new process has read back what the disk really holds.

#include <cstddef>
#include <memory>
#include <string>

#include "store/maintenance.h"
#include "store/store.h"

namespace stentor::store {

struct RocksOptions {
    std::string path;  // Made when it does not exist.
    std::size_t cache_bytes = std::size_t{256}
                              << 20U;  // Of blocks read, their indexes and filters.
    std::size_t buffer_bytes = std::size_t{64} << 20U;  // Of new rows per table, before a flush.
    int background_jobs = 2;                            // Threads that flush and compact.
    // Of the engine's log after it is needed no more, for followers that were away; 0: none. It is
    // looked at every ten minutes, so there may be more.
    std::size_t kept_log_bytes = 0;
    // Opens also where updates that were stored would be lost to damage. Whoever says so raises the
    // epoch next, so that clients learn where the histories part.
    bool accept_loss = false;
};

// store_unavailable: `where` says whether the path is held by another process, cannot be used, is
// damaged so that stored updates would be lost, has no room, or was written by a later version; the
// log line has the details.
[[nodiscard]] Result<std::unique_ptr<Store>> open_rocks(const RocksOptions& options);

// The other face of a store that open_rocks() made; null for any other engine's.
[[nodiscard]] Maintenance* maintenance_of(Store& store);

}  // namespace stentor::store
