#pragma once
// A record that is only read: nothing in its folder is touched, which may stand on a medium that
// cannot be written to.
//
// Thread: any; blocking. Nobody may write to the folder meanwhile.

#include <memory>
#include <string>

#include "base/code.h"
#include "base/ids.h"
#include "store/store.h"

namespace stentor::store {

// Whatever would write is refused: commits are `unknown`, all else is store_unavailable. Errors are
// those of open_rocks(); a record of an earlier version is refused as well.
[[nodiscard]] Result<std::unique_ptr<Store>> open_rocks_to_read(const std::string& path);

// Whether open_rocks() would refuse it, since updates that were stored are lost to damage.
[[nodiscard]] bool has_lost_updates(const std::string& path);

// Of a record of any version, also one that a running server writes to. store_unavailable: `path`
// holds none, or it cannot be read. Opens the tables of rows alone, and reads the log behind them.
[[nodiscard]] Result<Epoch> epoch_of_record(const std::string& path);

}  // namespace stentor::store
