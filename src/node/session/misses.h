#pragma once
// How often a user asked for groups that there are not, or that they may not see, by whatever
// command: each such question costs the record a look, and whoever guesses ids asks nothing else.
//
// kMisses at once, then one each kMissEvery; one time stamp and no timer. An Open is charged when
// it is asked, and paid back when it was no miss; any other command when it is answered.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/limits.h"
#include "base/time.h"

namespace stentor::session {

class Misses {
public:
    Misses() = default;
    explicit Misses(std::uint32_t spent_until_s) : spent_until_s_{spent_until_s} {}

    [[nodiscard]] std::uint32_t spent_until_s() const { return spent_until_s_; }
    // Those of the same user on other connections are counted, too.
    void learn(const Misses& others) {
        spent_until_s_ = std::max(spent_until_s_, others.spent_until_s_);
    }
    void charge(Time now) { spent_until_s_ = std::max(spent_until_s_, seconds(now)) + kEveryS; }
    void pay_back() { spent_until_s_ -= std::min(spent_until_s_, kEveryS); }
    // How long to wait; nothing: not at all.
    [[nodiscard]] std::optional<Millis> wait(Time now) const {
        const std::uint32_t free_s = seconds(now) + kEveryS * (limits::kMisses - 1);
        if (spent_until_s_ <= free_s) return std::nullopt;
        return std::chrono::seconds{spent_until_s_ - free_s};
    }

private:
    static constexpr auto kEveryS = static_cast<std::uint32_t>(limits::kMissEvery.count() / 1'000);
    static std::uint32_t seconds(Time now) {
        return static_cast<std::uint32_t>(to_ms(now) / 1'000);
    }

    std::uint32_t spent_until_s_{};  // When all of them will be there again; Unix time.
};

}  // namespace stentor::session
