#pragma once
// One clock: milliseconds of Unix time that never go back within a process. Pure parts are given
// `now`; only shells read it.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace stentor {

using Millis = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Millis>;

// Unix time at start plus the steady clock since: a stepped wall clock moves nothing.
[[nodiscard]] Time now();

constexpr std::uint64_t to_ms(Time time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
constexpr Time from_ms(std::uint64_t ms) { return Time{Millis{static_cast<std::int64_t>(ms)}}; }

// As an answer names it in retry_after_ms: at least 1, at most a day.
constexpr std::uint32_t wait_ms(Millis wait) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(wait.count(), 1, 86'400'000));
}

}  // namespace stentor
