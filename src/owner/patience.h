#pragma once
// How long whoever asked waits for an answer. An answer that nobody awaits any more is work taken
// from those who still do, so under more questions than the store answers in time the oldest are
// dropped.

#include "base/code.h"
#include "base/limits.h"
#include "base/time.h"

namespace stentor::owner {

[[nodiscard]] inline bool given_up(Time asked, Time now) {
    return now > asked + limits::kAskWithin;
}

inline constexpr Error kTooManyQuestions{
    .code = Code::overloaded, .where = "questions", .retry_after_ms = 1'000};

}  // namespace stentor::owner
