#include "group/tallies.h"

#include <functional>
#include <iterator>

#include "base/limits.h"

namespace stentor::group {

pb::Tally tally_of(const store::TallyRow& row, std::uint64_t read_by) {
    pb::Tally tally;
    tally.set_seq(row.seq.value);
    for (const auto& [emoji, count] : row.counts) {
        pb::Reaction& reaction = *tally.add_reactions();
        reaction.set_emoji(emoji);
        reaction.set_count(count);
    }
    tally.set_read_by(read_by);
    return tally;
}

void Tallies::load(std::vector<store::TallyRow> rows) {
    for (store::TallyRow& row : rows) counts_.emplace(row.seq, std::move(row.counts));
}

void Tallies::set(const store::TallyRow& row) {
    counts_[row.seq] = row.counts;
    changed_[row.seq] = row.counts;
    // Who looks at the oldest of so many again is shown it then.
    if (changed_.size() > limits::kTalliesHeld) changed_.erase(changed_.begin());
}

void Tallies::forget_below(Seq first) {
    counts_.erase(counts_.begin(), counts_.lower_bound(first));
}

std::vector<pb::Tally> Tallies::all(const ReadBy& read_by) const {
    ReadBy rest = read_by;
    std::map<Seq, pb::Tally> all;
    for (const auto& [seq, counts] : counts_) {
        if (counts.empty()) continue;
        const auto readers = rest.extract(seq);
        all.emplace(
            seq, tally_of({.seq = seq, .counts = counts}, readers.empty() ? 0 : readers.mapped()));
    }
    for (const auto& [seq, count] : rest) {
        if (count > 0) all.emplace(seq, tally_of({.seq = seq}, count));
    }
    std::vector<pb::Tally> tallies;
    for (auto& [seq, tally] : all) tallies.push_back(std::move(tally));
    return tallies;
}

std::uint64_t Tallies::readers_told(Seq seq, const ReadBy& read_by) {
    const auto readers = read_by.find(seq);
    if (readers != read_by.end()) return told_[seq] = readers->second;
    const auto told = told_.find(seq);
    return told == told_.end() ? 0 : told->second;
}

pb::Tally Tallies::take(Seq seq, const ReadBy& read_by) {
    changed_.erase(seq);
    const auto counts = counts_.find(seq);
    return tally_of({.seq = seq, .counts = counts == counts_.end() ? Counts{} : counts->second},
                    readers_told(seq, read_by));
}

std::vector<pb::Tally> Tallies::take_changed(const ReadBy& read_by) {
    std::map<Seq, pb::Tally, std::greater<>> changed;
    // Reactions first: somebody waits to see their own.
    while (!changed_.empty() && changed.size() < limits::kTalliesPerTick) {
        const Seq seq = std::prev(changed_.end())->first;
        changed.emplace(seq, take(seq, read_by));
    }
    for (auto it = read_by.rbegin(); it != read_by.rend(); ++it) {
        const auto [seq, count] = *it;
        const auto told = told_.find(seq);
        if ((told == told_.end() ? 0 : told->second) == count) continue;
        if (changed.size() >= limits::kTalliesPerTick) break;
        changed.emplace(seq, take(seq, read_by));
    }
    if (!read_by.empty()) told_.erase(told_.begin(), told_.lower_bound(read_by.begin()->first));
    std::vector<pb::Tally> tallies;
    for (auto& [seq, tally] : changed) tallies.push_back(std::move(tally));
    return tallies;
}

}  // namespace stentor::group
