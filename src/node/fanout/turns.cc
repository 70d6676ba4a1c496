#include "node/fanout/turns.h"

namespace stentor::fanout {
namespace {

std::array<Lane, 3> order_of(std::uint32_t turn) {
    if (turn % kFairEvery != 0) return {Lane::control, Lane::entries, Lane::ticks};
    if (turn / kFairEvery % 2 == 0) return {Lane::entries, Lane::ticks, Lane::control};
    return {Lane::ticks, Lane::entries, Lane::control};
}

}  // namespace

std::optional<Turns::Place> Turns::take(std::uint32_t turn) {
    for (const Lane lane : order_of(turn)) {
        std::deque<GroupId>& queue = of(lane);
        if (queue.empty()) continue;
        const GroupId gid = queue.front();
        queue.pop_front();
        return Place{.gid = gid, .lane = lane};
    }
    return std::nullopt;
}

std::size_t Turns::size() const {
    std::size_t sum = 0;
    for (const auto& queue : lanes_) sum += queue.size();
    return sum;
}

}  // namespace stentor::fanout
