#pragma once
// Reads a whole record and tells what is damaged and what hangs on it: what no read of one row can
// see, such as a chain of digests that breaks, or an index without its rows.
//
// Thread: any; blocking. Changes nothing, needs no lock: it may be the folder of a running server,
// whose newest rows are then looked at as they were a moment ago. Cost: one walk over every row;
// `deep` reads every block of every table once more. Memory: 24 bytes for each send that is kept,
// and about 200 for each group and each user.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/code.h"

namespace stentor::store {

struct VerifyCounts {
    std::uint64_t groups{};
    std::uint64_t entries{};
    std::uint64_t members{};
    std::uint64_t users{};
    std::uint64_t rows{};  // All of them.
};

struct VerifyOptions {
    bool deep{};
    std::function<void(const VerifyCounts&)> progress;  // Each million rows.
};

struct VerifyReport {
    VerifyCounts counts;
    std::vector<std::string> findings;  // Sentences; the first 100.
    std::uint64_t damaged{};            // All of them.
    bool in_use{};                      // By a running server: the end of its log was not checked.
    bool earlier_form{};  // An earlier version wrote it: it was held against what that one wrote.
};

// store_unavailable: it cannot be looked at; `where` says why.
[[nodiscard]] Result<VerifyReport> verify_record(const std::string& path,
                                                 const VerifyOptions& options);

}  // namespace stentor::store
