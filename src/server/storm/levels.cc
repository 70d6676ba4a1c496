#include "server/storm/levels.h"

#include <algorithm>

#include "base/limits.h"

namespace stentor::storm {
namespace {

Steps steps_from(Millis first) {
    const auto ms = static_cast<std::uint64_t>(first.count());
    return {.enter = {ms, 4 * ms, 16 * ms}, .stay_permille = 500};
}

// Of memory one cannot go far beyond the limit, so the steps are close to each other.
constexpr Steps kMemory{.enter = limits::kStormMemoryPermille, .stay_permille = 930};

std::uint64_t count(Millis time) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

}  // namespace

void Ladder::on_value(const Steps& steps, std::uint64_t value, Millis quiet, Time now) {
    const auto asked = static_cast<Level>(
        std::ranges::count_if(steps.enter, [&](std::uint64_t enter) { return value >= enter; }));
    if (asked > level_) {
        wanted_ = now;
        if (now < moved_ + limits::kStormRiseEvery) return;
        ++level_;
        moved_ = now;
        return;
    }
    if (level_ == kCalm) return;
    if (value >= steps.enter[level_ - 1] * steps.stay_permille / 1'000) {
        wanted_ = now;
        return;
    }
    if (now < std::max(wanted_, moved_) + quiet) return;
    --level_;
    moved_ = now;
}

void Levels::on_load(const LevelRule& rule, const Load& load, Time now) {
    if (load.pass > Millis{0}) last_pass_ = load.pass;
    pass_.on_value(steps_from(rule.pass), count(load.pass), rule.quiet, now);
    commit_.on_value(steps_from(rule.commit), count(load.commit), rule.quiet, now);
    memory_.on_value(kMemory, load.memory_permille, rule.quiet, now);
}

Level Levels::of_all() const { return std::max(commit_.level(), memory_.level()); }
Level Levels::of_large() const { return std::max(of_all(), pass_.level()); }

double Levels::entries_per_s(const LevelRule& rule) const {
    if (last_pass_ <= Millis{0}) return rule.readable_per_s;
    const double carried = static_cast<double>(limits::kBatchEntries) * 1'000 /
                           static_cast<double>(last_pass_.count());
    return std::min(rule.readable_per_s, std::max(carried, 1.0));
}

}  // namespace stentor::storm
