#pragma once
// One sender's part of the ledger in a file of its own, so that the check can be made by whoever
// survives. A record is synced before it counts: before the send leaves, before the answer is
// believed.
//
// A line is a letter and words: i ORDER UID GID CMID HASH | o ORDER CMID EPOCH SEQ | r ORDER CMID.
// ORDER, nanoseconds of the machine's monotonic clock, puts the lines of all files into the order
// in which they happened. Thread: its owner's.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "base/cmid.h"
#include "base/code.h"
#include "base/digest.h"
#include "base/ids.h"
#include "testing/ledger/ledger.h"

namespace stentor::ledger {

class Journal {
public:
    // Appends to `file`. Nothing where it cannot be opened.
    [[nodiscard]] static std::unique_ptr<Journal> open(const std::filesystem::path& file);
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    ~Journal();

    // False: not on disk, and so not to be acted on.
    [[nodiscard]] bool invoke(UserId sender, GroupId gid, const Cmid& cmid, const Digest& hash);
    [[nodiscard]] bool ok(const Cmid& cmid, Epoch epoch, Seq seq);
    [[nodiscard]] bool refused(const Cmid& cmid);

private:
    explicit Journal(int descriptor) : descriptor_(descriptor) {}
    bool append(const std::string& line);

    int descriptor_;
};

// Tells `ledger` everything that the files hold, in the order in which it happened. A last line cut
// short by a crash did not count and is passed over; any other line that cannot be read: malformed.
// Returns the number of records.
[[nodiscard]] Result<std::size_t> read_journals(std::span<const std::filesystem::path> files,
                                                Ledger& ledger);

}  // namespace stentor::ledger
