#pragma once
// Numbers of the feed's rows: a place that counts 1, 2, 3 ... for as long as the record lives, with
// the store's epoch above it once that was raised: epoch * 2^32 + place. A restored store thus
// gives no number twice, and a number of a lost history is no row's. Pure.

#include <cstdint>

#include "base/code.h"
#include "base/ids.h"

namespace stentor {

inline constexpr unsigned kFeedPlaceBits = 32;

constexpr std::uint64_t feed_place(std::uint64_t number) {
    return number & ((std::uint64_t{1} << kFeedPlaceBits) - 1);
}
constexpr std::uint64_t feed_epoch(std::uint64_t number) { return number >> kFeedPlaceBits; }

// The number after `newest`, which is 0 in an empty feed. A store's first epoch counts from 1.
constexpr std::uint64_t next_feed_number(Epoch epoch, std::uint64_t newest) {
    const std::uint64_t place = feed_place(newest) + 1;
    return epoch.value > 1 ? (epoch.value << kFeedPlaceBits) + place : place;
}

// Whoever reads on from a place of a lost history is told the newest number that still holds.
constexpr Error lost_feed_place(std::uint64_t newest_below) {
    return {.code = Code::epoch_changed, .where = "after", .limit = newest_below};
}

}  // namespace stentor
