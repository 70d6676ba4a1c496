#include "owner/sweeper.h"

#include <pthread.h>

#include <algorithm>

#include "base/limits.h"
#include "base/log.h"
#include "wire/pb.h"

namespace stentor::owner {

Millis Sweep::step(Time now) {
    const auto groups = store_.groups(after_, limits::kSweepGroups);
    if (!groups) {
        log::warn("retention: groups not read", {{"code", name_of(groups.error().code)}});
        return limits::kSweepEvery;
    }
    std::size_t woken = 0;
    for (const store::GroupLog::GroupHead& group : *groups) {
        if (woken == limits::kSweepWakes) return limits::kSweepStep;
        after_ = group.gid;
        if (!is_due(group, now)) continue;
        wake_(group.gid);
        ++woken;
    }
    if (groups->size() == limits::kSweepGroups) return limits::kSweepStep;
    after_ = {};
    return limits::kSweepEvery;
}

bool Sweep::is_due(const store::GroupLog::GroupHead& group, Time now) {
    const store::HeadRow& head = group.head;
    // Closed, and an owner before did not drop all of it.
    if (store::is_closed(head)) return head.time != Time{};
    pb::GroupSettings settings;
    if (head.seq <= head.floor || !settings.ParseFromString(head.settings)) return false;
    const std::uint64_t kept = settings.retention_entries();
    if (kept > 0 && head.seq - head.floor > kept) return true;
    if (settings.retention_s() == 0) return false;
    const std::uint64_t seconds =
        std::min<std::uint64_t>(settings.retention_s(), limits::kRetentionSMax);
    const auto oldest = store_.entries(group.gid, head.floor + 1, 1);
    return oldest && !oldest->entries.empty() &&
           oldest->entries.front().time < now - Millis{seconds * 1'000};
}

Sweeper::Sweeper(store::GroupLog& store, Sweep::Wake wake, std::function<void()> each_second)
    : sweep_{store, std::move(wake)},
      each_second_{std::move(each_second)},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

void Sweeper::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "sweeper");
    std::unique_lock lock{mutex_};
    Time next = now() + limits::kSweepStep;
    while (
        !stopped_.wait_for(lock, stop, limits::kSweepStep, [&] { return stop.stop_requested(); })) {
        each_second_();
        if (now() >= next) next = now() + sweep_.step(now());
    }
}

}  // namespace stentor::owner
