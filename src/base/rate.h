#pragma once
// One sender's rate: `burst` at once, then one every `period`, as the generic cell
// rate algorithm, which needs one time stamp and no timer. Who goes on against kFloodAfter refusals
// in a row does not keep to the times that they are told: they wait longer and longer.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/code.h"
#include "base/limits.h"
#include "base/time.h"

namespace stentor {

struct RateLimit {
    Millis period{1'000};
    int burst{5};
};

class Rate {
public:
    // Nothing: taken. Otherwise how long to wait.
    std::optional<Millis> take(const RateLimit& limit, Time now) {
        // What was used up at a slower rate weighs no more than all of this one's burst.
        if (!flooding()) due_ = std::min(due_, now + limit.period * limit.burst);
        const Time due = std::max(due_, now);
        const Time earliest = due - limit.period * (limit.burst - 1);
        if (earliest > now) return refuse(limit, earliest, now);
        due_ = due + limit.period;
        refused_ = 0;
        return std::nullopt;
    }

    // What was taken last is there again: it led to nothing, and its sender was told to repair it
    // and send it again at once.
    void give_back(const RateLimit& limit) { due_ -= limit.period; }

    // Whether the wait that take() last named is longer than the rate alone asks for.
    [[nodiscard]] bool flooding() const { return refused_ >= limits::kFloodAfter; }

private:
    Millis refuse(const RateLimit& limit, Time earliest, Time now) {
        if (++refused_ % limits::kFloodAfter == 0) {
            const std::uint32_t doublings = std::min(refused_ / limits::kFloodAfter - 1, 4U);
            const Millis wait =
                std::min(limits::kFloodWait * (1U << doublings), limits::kFloodWaitMax);
            earliest = std::max(earliest, now + wait);
            due_ = earliest + limit.period * (limit.burst - 1);
        }
        return earliest - now;
    }

    Time due_{};               // When all of the burst will be there again, less one period.
    std::uint32_t refused_{};  // In a row.
};

// How often a token is given back: kGivenBackBurst in a row, then one in each kGivenBackEvery, so
// that sending what is refused is no way around the rate.
class GivenBack {
public:
    // Whether `rate` got its token back.
    bool pay(Rate& rate, const RateLimit& limit, Time now) {
        const Time due = std::max(due_, now);
        if (due - limits::kGivenBackEvery * (limits::kGivenBackBurst - 1) > now) return false;
        due_ = due + limits::kGivenBackEvery;
        rate.give_back(limit);
        return true;
    }

private:
    Time due_{};
};

// Of these a refusal gives the token back: nothing but repairing it helps. Those that name a time
// do not.
constexpr bool gives_back(Code code) {
    return remedy(code) == Remedy::now || remedy(code) == Remedy::ask ||
           remedy(code) == Remedy::never;
}

}  // namespace stentor
