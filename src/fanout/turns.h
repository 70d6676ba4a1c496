#pragma once
// Which group is next, of those of one size that are ready for a slice: changes first, then
// entries, then ticks; within a rank, in the order in which they became ready.
//
// Pure. A group whose rank rises is added once more; the place that it had is skipped by whoever
// takes it out (Router::take).

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include "base/ids.h"

namespace stentor::fanout {

enum class Rank : std::uint8_t { control, entries, ticks };

// Every so many turns the last rank comes first, so that none starves.
inline constexpr std::uint32_t kFairEvery = 4;

class Turns {
public:
    struct Place {
        GroupId gid;
        Rank rank{};
    };

    void add(const Place& place) { of(place.rank).push_back(place.gid); }
    void put_back(const Place& place) { of(place.rank).push_front(place.gid); }
    [[nodiscard]] std::optional<Place> take(bool last_rank_first);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] std::span<const std::deque<GroupId>> ranks() const { return ranks_; }

private:
    std::deque<GroupId>& of(Rank rank) { return ranks_[static_cast<std::size_t>(rank)]; }

    std::array<std::deque<GroupId>, 3> ranks_;
};

}  // namespace stentor::fanout
