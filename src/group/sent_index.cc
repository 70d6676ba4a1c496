#include "group/sent_index.h"

#include <algorithm>
#include <iterator>

namespace stentor::group {

const SentAt* SentIndex::find(const SentId& id) const {
    const auto found = ids_.find(id);
    return found == ids_.end() ? nullptr : &found->second;
}

void SentIndex::add(const SentId& id, const SentAt& at) {
    const auto [place, added] = ids_.insert_or_assign(id, at);
    if (added && at.durable) by_time_.emplace(id.cmid.time(), id);
}

void SentIndex::set_durable(const SentId& id) {
    const auto found = ids_.find(id);
    if (found == ids_.end() || found->second.durable) return;
    found->second.durable = true;
    by_time_.emplace(id.cmid.time(), id);
}

void SentIndex::forget(Time time, std::size_t ids_max) {
    forget_before(time);
    if (by_time_.size() <= ids_max) return;
    // Coverage moves past the last id given up, so that its twin of the same millisecond is not
    // taken for unknown.
    const auto last =
        std::next(by_time_.begin(), static_cast<std::ptrdiff_t>(by_time_.size() - ids_max - 1));
    forget_before(last->first + Millis{1});
}

void SentIndex::forget_before(Time time) {
    const auto end = by_time_.lower_bound(time);
    for (auto at = by_time_.begin(); at != end; ++at) ids_.erase(at->second);
    by_time_.erase(by_time_.begin(), end);
    covered_since_ = std::max(covered_since_, time);
}

}  // namespace stentor::group
