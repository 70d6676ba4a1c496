#pragma once
// Commands that have come and are not ordered yet: which one is next, over all groups of a worker.
//
// Pure. Lanes: changes of others' entries and rows, and what operators and a group's own admins
// write, go before ordinary posts, and those before what ends in sums. Within a lane groups take
// turns, so a storm in one delays the others by one command each. A lane decides before a number is
// given; within a group and a lane the order of arrival stays, and so does that of one sender.
//
// Nothing starves: every kFairEvery-th command is taken from the last lane that has one.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "base/ids.h"
#include "bus/bus.h"

namespace stentor::group {

enum class Lane : std::uint8_t { first, ordinary, sums };

// `by_staff`: the sender is known to be an admin of the group.
[[nodiscard]] Lane lane_of(const bus::Post& post, bool by_staff);

class Intake {
public:
    void put(Lane lane, bus::Post post);
    [[nodiscard]] std::optional<bus::Post> take();

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

private:
    static constexpr std::uint32_t kFairEvery = 8;

    struct Waiting {
        std::deque<GroupId> turns;  // Each group that has something, once.
        std::unordered_map<GroupId, std::deque<bus::Post>> posts;

        void put(bus::Post post);
        bus::Post take();
        [[nodiscard]] bool holds_of(GroupId gid, UserId uid) const;
    };

    std::array<Waiting, 3> lanes_;
    std::size_t size_{};
    std::uint32_t taken_{};
};

}  // namespace stentor::group
