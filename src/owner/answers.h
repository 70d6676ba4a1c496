#pragma once
// How owners answered, counted: sends that were kept, and refusals by code.
//
// Thread: add() from every worker, reading from any.

#include <atomic>
#include <cstdint>

#include "base/code_counts.h"
#include "wire/pb.h"

namespace stentor::owner {

class AnswerCounts {
public:
    void add(const pb::ServerFrame& frame) {
        if (frame.has_refused()) {
            refused_.add(static_cast<Code>(frame.refused().code()));
        } else if (frame.has_sent()) {
            sent_.fetch_add(1, std::memory_order_relaxed);
        } else {
            others_.fetch_add(1, std::memory_order_relaxed);
        }
    }

    [[nodiscard]] std::uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t others() const { return others_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t refused(Code code) const { return refused_.of(code); }

private:
    std::atomic<std::uint64_t> sent_{};
    std::atomic<std::uint64_t> others_{};
    CodeCounts refused_;
};

}  // namespace stentor::owner
