#pragma once
// The group that is open at the terminal, and what commands need to know of what was shown of it.
//
// Limits: of the newest 1,000 entries, revision and tally.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/ids.h"
#include "wire/pb.h"

namespace stentor::terminal {

class OpenGroup {
public:
    explicit OpenGroup(GroupId opened = {}) : gid{opened} {}

    void on_shown(const pb::Entry& entry);
    // False: it says what was told already.
    [[nodiscard]] bool on_tally(const pb::Tally& tally);

    // The lowest seq that was shown; 0: none.
    [[nodiscard]] std::uint64_t oldest() const { return oldest_; }
    // Nothing: that entry was not shown, or too long ago.
    [[nodiscard]] std::optional<std::uint32_t> revision_of(Seq seq) const;

    GroupId gid;  // Zero: none is open.
    Seq awaited;  // My newest one there, which is to be shown before it all ends.

private:
    std::uint64_t oldest_{0};
    std::map<std::uint64_t, std::uint32_t> revisions_;  // By seq.
    std::map<std::uint64_t, std::string> tallies_;      // By seq.
};

}  // namespace stentor::terminal
