#pragma once
// Commands that have come and are not ordered yet: which one is next, over all groups of a worker.
//
// Pure. Lanes: changes of others' entries and rows, and what operators and a group's own admins
// write, go before ordinary commands, and those before what ends in sums. Within a lane groups take
// turns, so a storm in one delays the others by one command each. A lane decides before a number is
// given; within a group and a lane the order of arrival stays. So does that of one sender, sums
// aside: while something of theirs waits in a group, what they say there next joins it in its lane.
//
// Cost: O(1), and a row for each sender who waits.
// Nothing starves: of every 2 * kFairEvery commands one is taken from each lane behind the first,
// where it has any.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "bus/bus.h"

namespace stentor::group {

enum class Lane : std::uint8_t { first, ordinary, sums };

// `by_staff`: the sender is known to be an admin of the group.
[[nodiscard]] Lane lane_of(const bus::Command& command, bool by_staff);

class Intake {
public:
    void put(Lane lane, bus::Command command);
    [[nodiscard]] std::optional<bus::Command> take();
    // All that waits for groups of this partition: each sender's in their order, sums last.
    [[nodiscard]] std::vector<bus::Command> take_all(PartitionId partition);
    // Of those taken since this was asked last: when the one had come that waited longest. Sums
    // are left out, which are meant to wait. Each group is served in its turn, so whatever waits
    // long is preceded by what has waited as long.
    [[nodiscard]] std::optional<Time> take_earliest() {
        return std::exchange(earliest_, std::nullopt);
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

private:
    static constexpr std::uint32_t kFairEvery = 8;

    struct Waiting {
        std::deque<GroupId> turns;  // Each group that has something, once.
        std::unordered_map<GroupId, std::deque<bus::Command>> commands;

        void put(bus::Command command);
        bus::Command take();
    };
    struct Sender {
        GroupId gid;
        UserId uid;
        friend bool operator==(const Sender&, const Sender&) = default;
    };
    struct SenderHash {
        std::size_t operator()(const Sender& sender) const;
    };
    struct Waits {
        Lane lane;
        std::size_t count;
    };

    [[nodiscard]] Lane next_lane();
    void left(Lane lane, const bus::Command& command);

    std::array<Waiting, 3> lanes_;
    std::unordered_map<Sender, Waits, SenderHash> senders_;  // In all lanes but that of sums.
    std::optional<Time> earliest_;
    std::size_t size_{};
    std::uint32_t taken_{};
};

}  // namespace stentor::group
