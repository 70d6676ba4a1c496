#pragma once
// What a side's connections were refused, counted by code where answers leave: whoever refused it,
// the session, the cache or an owner.
//
// Thread: look_at() the shard's, reading any. Cost: a glance at the first bytes of each reply.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/code.h"

namespace stentor::node {

// Of a serialized ServerFrame, when it is a Refused. Fields come in the order of their numbers.
[[nodiscard]] std::optional<Code> refused_in(std::string_view frame);

class Refusals {
public:
    static constexpr std::size_t kCodes = 500;

    void look_at(std::string_view frame) {
        const auto code = refused_in(frame);
        if (!code) return;
        const auto place = static_cast<std::size_t>(*code);
        counts_[place < kCodes ? place : 0].fetch_add(1, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t of(Code code) const {
        return counts_[static_cast<std::size_t>(code)].load(std::memory_order_relaxed);
    }

private:
    std::array<std::atomic<std::uint64_t>, kCodes> counts_{};
};

}  // namespace stentor::node
