#pragma once
// The only source of chance in a simulation: SplitMix64, so that a seed gives the same run with
// every library and compiler.

#include <array>
#include <cstdint>
#include <span>

#include "base/ids.h"
#include "base/time.h"

namespace stentor::sim {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next() { return spread(state_ += 0x9e3779b97f4a7c15ULL); }

    // 0 to end - 1; end > 0. The remainder's bias is far below anything a simulation can see.
    std::uint64_t below(std::uint64_t end) { return next() % end; }
    std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + below(most - least + 1);
    }
    Millis between(Millis least, Millis most) {
        return least + Millis{static_cast<std::int64_t>(
                           below(static_cast<std::uint64_t>((most - least).count()) + 1))};
    }
    // In thousandths.
    bool chance(std::uint32_t per_mille) { return below(1'000) < per_mille; }

    template <class Range>
    auto& pick(Range& range) {
        return range[static_cast<std::size_t>(below(range.size()))];
    }

    std::array<std::uint8_t, 10> bytes10() {
        std::array<std::uint8_t, 10> bytes{};
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(next());
        return bytes;
    }

private:
    std::uint64_t state_;
};

}  // namespace stentor::sim
