#pragma once
// Which group is next, of those of one size that are ready for a slice: changes first, then
// entries, then ticks; within a lane, in the order in which they became ready.
//
// Pure. A group that comes into an earlier lane is added once more; the place that it had is
// skipped by whoever takes it out (Router::take).

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include "base/ids.h"
#include "node/types.h"

namespace stentor::fanout {

using node::Lane;

// Every so many turns changes come last, and entries and ticks first in turn, so that no lane
// starves though all others are filled without end.
inline constexpr std::uint32_t kFairEvery = 4;

class Turns {
public:
    struct Place {
        GroupId gid;
        Lane lane{};
    };

    void add(const Place& place) { of(place.lane).push_back(place.gid); }
    void put_back(const Place& place) { of(place.lane).push_front(place.gid); }
    // `turn`: which one this is, counted by the caller.
    [[nodiscard]] std::optional<Place> take(std::uint32_t turn);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] std::span<const std::deque<GroupId>> lanes() const { return lanes_; }

private:
    std::deque<GroupId>& of(Lane lane) { return lanes_[static_cast<std::size_t>(lane)]; }

    std::array<std::deque<GroupId>, 3> lanes_;
};

}  // namespace stentor::fanout
