#pragma once
// Counts by code: how often something was refused, and why.
//
// Thread: any. Cost: 4 KB; one addition without order.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/code.h"

namespace stentor {

class CodeCounts {
public:
    static constexpr std::size_t kCodes = 500;  // Above every number of a code.

    // One beyond what is known counts as `ok`, which nobody shows.
    void add(Code code) {
        const auto place = static_cast<std::size_t>(code);
        counts_[place < kCodes ? place : 0].fetch_add(1, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t of(Code code) const {
        return counts_[static_cast<std::size_t>(code)].load(std::memory_order_relaxed);
    }

private:
    std::array<std::atomic<std::uint64_t>, kCodes> counts_{};
};

}  // namespace stentor
