#pragma once
// Contents or heads: what a pass costs the server when it writes its entries to every seat, and
// what it costs to tell heads and to answer the pulls that follow.
//
// Pure. Asked in a storm only (storm::kSlowing and above), and for large audiences: contents are
// what members came for, and a Head delays them by a round trip.

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace stentor::fanout {

// Of those who were told a Head, how many came for what they lacked. Not all do at once: a client
// whose reader looks elsewhere pulls when they are back, and then one pull brings everything since.
class HeadsAnswered {
public:
    void on_head() {
        // Halved now and then, so that what was long ago counts less.
        if (++told_ < kRemembered) return;
        told_ /= 2;
        came_ /= 2;
    }
    void on_caught_up() { came_ = std::min(came_ + 1, told_); }

    // In thousandths; one half while nothing is known.
    [[nodiscard]] std::uint64_t per_mille() const { return 1'000 * (came_ + 1) / (told_ + 2); }

private:
    static constexpr std::uint32_t kRemembered = 1U << 20U;
    std::uint32_t told_{};
    std::uint32_t came_{};
};

// Nanoseconds of one core. Writing a seat costs 4.5 us however little it is, and that is paid
// either way; what is left is the bytes, and for a pull its reading, its way to the hub and back,
// and a write more.
inline constexpr std::uint64_t kKilobyteNs = 400;  // 8 KB cost 3.4 us more than 64 bytes.
inline constexpr std::uint64_t kPullNs = 30'000;   // Without the bytes.

[[nodiscard]] constexpr bool heads_are_cheaper(std::size_t bytes,
                                               std::uint64_t answered_per_mille) {
    const std::uint64_t contents = bytes * kKilobyteNs / 1'000;
    return (kPullNs + contents) * answered_per_mille < contents * 1'000;
}

}  // namespace stentor::fanout
