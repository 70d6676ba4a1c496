#include "group/rules/activity.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace stentor::rules {
namespace {

// An entry counts for a 1/e after this; so the weight is the rate times it.
constexpr double kFadeMs = 10'000;
constexpr std::array<Millis, 8> kPeriods{Millis{0},      Millis{1'000},  Millis{2'000},
                                         Millis{5'000},  Millis{10'000}, Millis{20'000},
                                         Millis{40'000}, Millis{60'000}};
// Up fast, down slowly: each step down lets a crowd in again that was kept waiting.
constexpr Millis kUpEvery{2'000};
constexpr Millis kDownEvery{10'000};

}  // namespace

double Activity::entries_per_s(Time now) const {
    const double age = static_cast<double>((now - counted_).count());
    return weight_ * std::exp(-std::max(0.0, age) / kFadeMs) * 1'000 / kFadeMs;
}

void Activity::on_entry(const ActivityRule& rule, Time now) {
    weight_ = entries_per_s(now) * kFadeMs / 1'000 + 1;
    counted_ = now;
    adjust(rule, now);
}

void Activity::adjust(const ActivityRule& rule, Time now) {
    const double rate = entries_per_s(now);
    if (rule.entries_per_s <= 0) {
        step_ = 0;
    } else if (rate > rule.entries_per_s) {
        if (now < stepped_ + kUpEvery || step_ + 1U == kPeriods.size()) return;
        ++step_;
        stepped_ = now;
    } else if (rate < rule.entries_per_s / 2 && step_ > 0) {
        // Several at once where nobody has asked for a while.
        while (step_ > 0 && now >= stepped_ + kDownEvery) {
            --step_;
            stepped_ += kDownEvery;
        }
    }
}

RateLimit Activity::slowed(const ActivityRule& rule, const RateLimit& limit, Time now) {
    adjust(rule, now);
    if (step_ == 0) return limit;
    return {.period = std::max(limit.period, kPeriods[step_]), .burst = 1};
}

}  // namespace stentor::rules
