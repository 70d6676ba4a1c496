#include "group/tallies_publish.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "group/loads.h"
#include "group/publish.h"
#include "group/state.h"

namespace stentor::group {

void count_readers(GroupState& group) {
    Sums& sums = group.sums;
    if (sums.readers.state() == Readers::State::unasked) {
        const std::vector<LogEntry> newest{group.ring.entries().begin(),
                                           group.ring.entries().end()};
        sums.readers.begin(newest, group.head.seq);
        // Rows of theirs may not be in the store yet.
        for (const auto& [uid, member] : group.members) {
            if (member.pending > 0) sums.readers.move(uid, {}, read_span(member.row));
        }
    }
    if (sums.readers.state() != Readers::State::counting || sums.readers_loading) return;
    sums.readers_loading = true;
    load(group, LoadReaders{sums.readers.counted_to()});
}

void on_readers_loaded(GroupState& group, const Result<Found>& found) {
    Sums& sums = group.sums;
    sums.readers_loading = false;
    if (!found) return;  // Asked again at the next tick.
    auto rows = std::get<std::vector<store::MemberRow>>(*found);
    const bool last = rows.size() < limits::kReadersPage;
    for (store::MemberRow& row : rows) {
        // The store may not have been told of the newest positions yet.
        if (const auto member = group.members.find(row.uid); member != group.members.end()) {
            row = member->second.row;
        } else {
            row.read = std::max(row.read, group.members.read_before(row.uid));
        }
    }
    sums.readers.count(rows, last);
    sums.moved = true;
    count_readers(group);
}

void append_to_sums(GroupState& group, const LogEntry& entry) {
    const auto sender = group.members.find(entry.sender);
    group.sums.readers.append(
        entry, sender == group.members.end() ? ReadSpan{} : read_span(sender->second.row));
}

void publish_sums(GroupState& group, Time now) {
    Sums& sums = group.sums;
    if (sums.readers.state() == Readers::State::counting) count_readers(group);
    if (!sums.moved || now < sums.told + storm::slowed(limits::kTicksEvery, storm_level(group)))
        return;
    sums.told = now;
    bus::TalliesChanged changed{.tallies = sums.tallies.take_changed(sums.readers.counts())};
    sums.moved = changed.tallies.size() >= limits::kTalliesPerTick;
    if (changed.tallies.empty()) return;
    publish_beside(group, std::move(changed));
}

}  // namespace stentor::group
