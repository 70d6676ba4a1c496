#pragma once
// How fast one user may send where the operator has said so, instead of everybody's setting. Kept
// with the account, and told wherever its state is.

#include <cstdint>

#include "base/rate.h"
#include "base/time.h"

namespace stentor {

inline constexpr std::uint32_t kSendsPerSecondMax = 1'000;  // That a user or a setting may say
inline constexpr std::uint32_t kSendsBurstMax = 1'000;

struct UserRate {
    std::uint32_t per_s{};  // 1 to kSendsPerSecondMax; 0: this user has no rate of their own.
    std::uint32_t burst{};  // 1 to kSendsBurstMax.

    explicit operator bool() const { return per_s != 0; }
    friend bool operator==(const UserRate&, const UserRate&) = default;
};

// A period is rounded up: never more than `per_s` in a second.
[[nodiscard]] constexpr RateLimit limit_of(const UserRate& rate) {
    return {.period = Millis{(1'000 + rate.per_s - 1) / rate.per_s},
            .burst = static_cast<int>(rate.burst)};
}

}  // namespace stentor
