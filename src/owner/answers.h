#pragma once
// How owners answered, counted: sends that were kept, and refusals by code.
//
// Thread: add() from every worker, reading from any.

#include <array>
#include <atomic>
#include <cstdint>

#include "base/code.h"
#include "wire/pb.h"

namespace stentor::owner {

class AnswerCounts {
public:
    static constexpr std::size_t kCodes = 500;

    void add(const pb::ServerFrame& frame) {
        if (frame.has_refused()) {
            const auto code = static_cast<std::size_t>(frame.refused().code());
            refused_[code < kCodes ? code : 0].fetch_add(1, std::memory_order_relaxed);
        } else if (frame.has_sent()) {
            sent_.fetch_add(1, std::memory_order_relaxed);
        } else {
            others_.fetch_add(1, std::memory_order_relaxed);
        }
    }

    [[nodiscard]] std::uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t others() const { return others_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t refused(Code code) const {
        return refused_[static_cast<std::size_t>(code)].load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint64_t> sent_{};
    std::atomic<std::uint64_t> others_{};
    std::array<std::atomic<std::uint64_t>, kCodes> refused_{};
};

}  // namespace stentor::owner
