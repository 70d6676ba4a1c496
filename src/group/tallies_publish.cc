// What is told of entries as sums, once in a while: reactions, and by how many each was read.

#include <utility>

#include "base/limits.h"
#include "group/group.h"

namespace stentor::group {

// Begins with the first node that looks at the group: nobody else would see it.
void Group::count_readers() {
    if (readers_.state() == Readers::State::unasked) {
        const std::vector<LogEntry> newest{ring_.entries().begin(), ring_.entries().end()};
        readers_.begin(newest, head_.seq);
        // Rows of theirs may not be in the store yet.
        for (const auto& [uid, member] : members_) {
            if (member.pending > 0) readers_.move(uid, {}, read_span(member.row));
        }
    }
    if (readers_.state() != Readers::State::counting || readers_loading_) return;
    readers_loading_ = true;
    load(LoadReaders{readers_.counted_to()});
}

void Group::on_readers_loaded(const Result<Found>& found) {
    readers_loading_ = false;
    if (!found) return;  // Asked again at the next tick.
    auto rows = std::get<std::vector<store::MemberRow>>(*found);
    const bool last = rows.size() < limits::kReadersPage;
    for (store::MemberRow& row : rows) {
        // The store may not have been told of the newest positions yet.
        if (const auto member = members_.find(row.uid); member != members_.end()) {
            row = member->second.row;
        } else if (const auto read = reads_.find(row.uid); read != reads_.end()) {
            row.read = std::max(row.read, read->second);
        }
    }
    readers_.count(rows, last);
    sums_moved_ = true;
    count_readers();
}

// Every change to the row of a member passes here.
void Group::set_row(CachedMember& member, store::MemberRow row) {
    readers_.move(row.uid, read_span(member.row), read_span(row));
    sums_moved_ = true;
    member.row = std::move(row);
}

void Group::append_to_sums(const LogEntry& entry) {
    const auto sender = members_.find(entry.sender);
    readers_.append(entry, sender == members_.end() ? ReadSpan{} : read_span(sender->second.row));
}

void Group::publish_sums(Time now) {
    if (readers_.state() == Readers::State::counting) count_readers();
    if (!sums_moved_ || now < sums_told_ + storm::slowed(limits::kTicksEvery, storm_level()))
        return;
    sums_told_ = now;
    bus::TalliesChanged changed{.tallies = tallies_.take_changed(readers_.counts())};
    sums_moved_ = changed.tallies.size() >= limits::kTalliesPerTick;
    if (changed.tallies.empty()) return;
    effects_.publish({.gid = gid_, .epoch = head_.epoch, .event = std::move(changed)});
}

}  // namespace stentor::group
