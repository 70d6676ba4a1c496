#pragma once
// The misses (misses.h) of a node's users, whatever connections they use: whoever connects anew
// goes on where they were.
//
// Shared by all shards; no lock. Touched when somebody says Hello, and by each miss. Fixed: a slot
// for each of kMissSlots users, eight bytes each. Two users may meet in one: then the later miss
// takes it over, and neither is ever held back for what the other one did.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"
#include "node/session/misses.h"

namespace stentor::session {

class MissTable {
public:
    // One more; what the user has spent then.
    Misses charge(UserId uid, Time now) {
        std::atomic<std::uint64_t>& slot = slot_of(uid);
        std::uint64_t before = slot.load(std::memory_order_relaxed);
        for (;;) {
            Misses misses = in(before, uid);
            misses.charge(now);
            const std::uint64_t after = mark_of(uid) << 32U | misses.spent_until_s();
            if (slot.compare_exchange_weak(before, after, std::memory_order_relaxed)) {
                return misses;
            }
        }
    }
    [[nodiscard]] Misses of(UserId uid) const {
        return in(slots_[place_of(uid)].load(std::memory_order_relaxed), uid);
    }

private:
    static std::size_t place_of(UserId uid) { return spread(uid.value) % limits::kMissSlots; }
    // Other bits than the place's.
    static std::uint64_t mark_of(UserId uid) { return spread(uid.value) >> 32U; }
    static Misses in(std::uint64_t slot, UserId uid) {
        return slot >> 32U == mark_of(uid) ? Misses{static_cast<std::uint32_t>(slot)} : Misses{};
    }
    std::atomic<std::uint64_t>& slot_of(UserId uid) { return slots_[place_of(uid)]; }

    std::array<std::atomic<std::uint64_t>, limits::kMissSlots> slots_{};
};

}  // namespace stentor::session
