#include "group/retention.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "group/loads.h"
#include "group/pinning.h"
#include "group/pipeline.h"
#include "group/state.h"

namespace stentor::group {

void look_at_retention(GroupState& group, Time now) {
    group.used = now;
    group.retention.next_at = now;
    if (group.phase == Phase::unloaded) load(group, LoadGroup{});
}

void keep_retention(GroupState& group, Time now) {
    Retention& retention = group.retention;
    const pb::GroupSettings& settings = group.pipeline.settings;
    const auto every = static_cast<std::uint64_t>(limits::kRetentionEvery.count());
    // Groups that came into memory together do not all look at once.
    if (retention.next_at == Time{})
        retention.next_at = now + Millis{spread(group.gid.value) % every};
    if (now < retention.next_at || retention.loading) return;
    retention.next_at = now + limits::kRetentionEvery;

    const std::uint64_t kept = settings.retention_entries();
    const std::uint64_t seconds =
        std::min<std::uint64_t>(settings.retention_s(), limits::kRetentionSMax);
    LoadFloor floor;
    if (kept > 0 && group.head.seq.value > kept) floor.at_least = group.head.seq - kept;
    if (seconds > 0) floor.before = now - Millis{seconds * 1'000};
    if (seconds == 0 && floor.at_least <= group.pipeline.tip.floor) return;
    retention.loading = true;
    load(group, floor);
}

void on_floor_loaded(GroupState& group, const Result<Found>& found) {
    group.retention.loading = false;
    if (!found) return;  // Looked for again the next time.
    const auto& entry = std::get<std::optional<LogEntry>>(*found);
    if (!entry || entry->seq <= group.pipeline.tip.floor || entry->seq > group.head.seq) return;
    Operation operation{.after = group.pipeline.tip, .raises_floor = true};
    operation.after.floor = entry->seq;
    operation.after.floor_digest = entry->digest;
    unpin(group, operation, Seq{1}, entry->seq);
    stage(group, std::move(operation));
}

void on_floor_raised(GroupState& group, const Operation& operation) {
    group.ring.raise_floor(operation.after.floor);
    group.news.emplace_back(bus::GroupChanged{.settings = group.pipeline.settings,
                                              .members = operation.after.members,
                                              .floor = operation.after.floor,
                                              .floor_digest = operation.after.floor_digest});
}

}  // namespace stentor::group
