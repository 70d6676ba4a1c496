#pragma once
// Looks, before RocksDB opens a folder and changes it, whether what it would recover holds
// everything that was synced. RocksDB takes a damaged place in its log, or in the last record of
// its manifest, for the torn end that a loss of power leaves, and goes on without what stood
// behind.
//
// Thread: any; blocking; changes nothing. Cost: a read of the logs (at most some 32 MiB of updates
// that are in no table yet); a second open, for reading, only where something is suspicious.

#include <rocksdb/env.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/code.h"

namespace stentor::store {

// A place in a log from where on it cannot be followed.
struct DamagedPlace {
    std::string file;
    std::uint64_t at{};

    friend bool operator==(const DamagedPlace&, const DamagedPlace&) = default;
};

struct LogFindings {
    std::optional<DamagedPlace> place;  // The first one; a torn end is one, too.
    std::uint64_t last{};               // The newest update that the logs hold before it.
    std::uint64_t behind{};             // The newest one that can be read behind it.
    std::uint64_t proved{};             // The newest of which something tells that it was synced.
    bool cut{};         // The place is in the manifest, and whole records stand behind it.
    bool suspicious{};  // RocksDB may recover less than was synced.
};
[[nodiscard]] LogFindings look_at_logs(rocksdb::FileSystem& files, const std::string& folder);

// What would be lost, in words for the operator: which file, at which byte, how much. None: nothing
// that was synced. `recovered` opens the folder for reading and tells the newest update it finds;
// it is asked only when something is suspicious.
[[nodiscard]] Result<std::optional<std::string>> find_lost_updates(
    rocksdb::FileSystem& files, const std::string& folder,
    const std::function<Result<std::uint64_t>()>& recovered);

}  // namespace stentor::store
