// Older entries are dropped, by age or by number: the floor moves up, and everybody is told.

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "group/group.h"

namespace stentor::group {

void Group::on_wake(Time now) {
    used_ = now;
    retention_at_ = now;
    if (state_ == State::unloaded) load(LoadGroup{});
}

void Group::keep_retention(Time now) {
    const auto every = static_cast<std::uint64_t>(limits::kRetentionEvery.count());
    // Groups that came into memory together do not all look at once.
    if (retention_at_ == Time{}) retention_at_ = now + Millis{spread(gid_.value) % every};
    if (now < retention_at_ || floor_loading_) return;
    retention_at_ = now + limits::kRetentionEvery;

    const std::uint64_t kept = group_settings_.retention_entries();
    const std::uint64_t seconds =
        std::min<std::uint64_t>(group_settings_.retention_s(), limits::kRetentionSMax);
    LoadFloor floor;
    if (kept > 0 && head_.seq.value > kept) floor.at_least = head_.seq - kept;
    if (seconds > 0) floor.before = now - Millis{seconds * 1'000};
    if (seconds == 0 && floor.at_least <= tip_.floor) return;
    floor_loading_ = true;
    load(floor);
}

void Group::on_floor_loaded(const Result<Found>& found) {
    floor_loading_ = false;
    if (!found) return;  // Looked for again the next time.
    const auto& entry = std::get<std::optional<LogEntry>>(*found);
    if (!entry || entry->seq <= tip_.floor || entry->seq > head_.seq) return;
    Operation operation{.after = tip_, .raises_floor = true};
    operation.after.floor = entry->seq;
    operation.after.floor_digest = entry->digest;
    stage(std::move(operation));
}

void Group::floor_raised(const Operation& operation) {
    ring_.raise_floor(operation.after.floor);
    effects_.publish({.gid = gid_,
                      .epoch = head_.epoch,
                      .event = bus::GroupChanged{.settings = group_settings_,
                                                 .members = operation.after.members,
                                                 .floor = operation.after.floor,
                                                 .floor_digest = operation.after.floor_digest}});
}

}  // namespace stentor::group
