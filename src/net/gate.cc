#include "net/gate.h"

#include <utility>

namespace stentor::net {

// All operations are sequentially consistent: a shard that notes itself and then looks for a slot,
// and one that frees a slot and then looks for somebody noted, must not both miss the other.

Gate::Gate(unsigned slots, std::uint32_t shards, std::function<void(std::uint32_t)> wake)
    : wake_(std::move(wake)),
      shards_(shards),
      places_(std::make_unique<std::atomic<std::uint8_t>[]>(shards)),
      free_(slots) {}

bool Gate::try_enter(std::uint32_t shard) {
    std::atomic<std::uint8_t>& place = places_[shard];
    std::uint8_t expected = kOffered;
    if (place.compare_exchange_strong(expected, kAway)) return true;
    if (expected == kAway) {
        if (take_slot()) return true;
        place.store(kWaiting);
        waiting_.fetch_add(1);
    }
    // A slot may have come free before the note was seen.
    if (!take_slot()) return false;
    expected = kWaiting;
    if (place.compare_exchange_strong(expected, kAway)) {
        waiting_.fetch_sub(1);
        return true;
    }
    // Offered one meanwhile: it has two, and gives one back.
    place.store(kAway);
    pass_on();
    return true;
}

void Gate::leave() { pass_on(); }

bool Gate::offered(std::uint32_t shard) const { return places_[shard].load() == kOffered; }

void Gate::decline(std::uint32_t shard) {
    std::uint8_t expected = kOffered;
    if (places_[shard].compare_exchange_strong(expected, kAway)) pass_on();
}

bool Gate::take_slot() {
    unsigned seen = free_.load();
    while (seen > 0) {
        if (free_.compare_exchange_weak(seen, seen - 1)) return true;
    }
    return false;
}

bool Gate::offer_next() {
    if (waiting_.load() == 0) return false;
    const std::uint32_t from = next_.load();
    for (std::uint32_t i = 0; i < shards_; ++i) {
        const std::uint32_t shard = (from + i) % shards_;
        std::uint8_t expected = kWaiting;
        if (!places_[shard].compare_exchange_strong(expected, kOffered)) continue;
        waiting_.fetch_sub(1);
        next_.store((shard + 1) % shards_);
        wake_(shard);
        return true;
    }
    return false;
}

void Gate::pass_on() {
    do {
        if (offer_next()) return;
        free_.fetch_add(1);
        // Somebody may have noted themselves between the look and the slot's coming free.
    } while (waiting_.load() > 0 && take_slot());
}

}  // namespace stentor::net
