#include "api/public/key_rates.h"

#include <algorithm>

#include "base/limits.h"

namespace stentor::api {

std::optional<Millis> KeyRates::take(const ApiKey& key, Time now) {
    constexpr Millis kBurst{limits::kKeyBurstS * 1'000};
    const Millis period{1'000 / std::clamp(key.per_second, 1U, limits::kKeyPerSecondMax)};
    const std::scoped_lock lock{mutex_};
    // Whoever was quiet for so long is as if they had never asked.
    if (now >= looked_at_ + kBurst) {
        looked_at_ = now;
        std::erase_if(full_at_, [&](const auto& each) { return each.second <= now; });
    }
    Time& full_at = full_at_[key.id];
    full_at = std::max(full_at, now);
    const Millis over = full_at + period - (now + kBurst);
    if (over > Millis{0}) return over;
    full_at += period;
    return std::nullopt;
}

std::size_t KeyRates::size() const {
    const std::scoped_lock lock{mutex_};
    return full_at_.size();
}

}  // namespace stentor::api
