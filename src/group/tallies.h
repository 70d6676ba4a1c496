#pragma once
// What is shown of the newest entries as sums: reactions, and by how many each was read.
//
// Owner: Group. Everything in it is durable. Limits: the entries of the ring; of older ones only
// what changed since the last tick, at most kTalliesHeld.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "store/rows.h"
#include "wire/pb.h"

namespace stentor::group {

// The sums of one entry, as they are sent.
[[nodiscard]] pb::Tally tally_of(const store::TallyRow& row, std::uint64_t read_by = 0);

class Tallies {
public:
    using ReadBy = std::map<Seq, std::uint64_t>;

    void load(std::vector<store::TallyRow> rows);
    void set(const store::TallyRow& row);
    void forget_below(Seq first);
    // Of an entry of the ring.
    [[nodiscard]] bool has_any(Seq seq) const {
        const auto counts = counts_.find(seq);
        return counts != counts_.end() && !counts->second.empty();
    }

    // For whoever sees the group for the first time. Ascending.
    [[nodiscard]] std::vector<pb::Tally> all(const ReadBy& read_by) const;
    // What changed since the last call, whole, newest first, at most kTalliesPerTick; the rest
    // comes next time.
    [[nodiscard]] std::vector<pb::Tally> take_changed(const ReadBy& read_by);
    // This one as it is now, whether it changed or not.
    [[nodiscard]] pb::Tally take(Seq seq, const ReadBy& read_by);

private:
    // Readers as they are counted now, which is noted as told; or as they were told.
    [[nodiscard]] std::uint64_t readers_told(Seq seq, const ReadBy& read_by);

    using Counts = decltype(store::TallyRow::counts);

    std::map<Seq, Counts> counts_;   // Of the ring's entries.
    std::map<Seq, Counts> changed_;  // Not told yet.
    ReadBy told_;
};

}  // namespace stentor::group
