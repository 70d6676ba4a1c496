#pragma once
// The port to the feed: every commit of the store in its order. Rules of all ports: store.h.

#include <cstddef>
#include <cstdint>

#include "base/port.h"
#include "store/rows.h"

namespace stentor::store {

class Feed : public Port {
public:
    // Rows above `after`, or above the floor. Numbers (base/feed_number.h) are never given twice.
    // epoch_changed: `after` is above the floor and no row's; its limit is the row's below it.
    [[nodiscard]] virtual Result<FeedPage> feed(std::uint64_t after, std::size_t count_max) = 0;
    // Forgets rows whose number is at or below `number`.
    virtual Result<void> forget_feed(std::uint64_t number) = 0;
};

}  // namespace stentor::store
