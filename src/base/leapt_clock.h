#pragma once
// A clock that leaps far ahead is not believed for good: times that were written by it are left
// behind once it is right again. Pure.

#include "base/limits.h"
#include "base/time.h"

namespace stentor {

// Whether a time that was written is so far ahead of `now` that the clock that wrote it had leapt.
[[nodiscard]] constexpr bool had_leapt(Time written, Time now) {
    return written > now + limits::kMovedClock;
}

// Whether `next` may stand behind `written` in a log: times do not go back, but for those of a
// clock that had leapt.
[[nodiscard]] constexpr bool may_follow(Time written, Time next) {
    return next >= written || had_leapt(written, next);
}

}  // namespace stentor
