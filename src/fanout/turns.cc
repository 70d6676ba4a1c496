#include "fanout/turns.h"

namespace stentor::fanout {

std::optional<Turns::Place> Turns::take(bool last_rank_first) {
    for (std::size_t i = 0; i < ranks_.size(); ++i) {
        const std::size_t rank = last_rank_first ? ranks_.size() - 1 - i : i;
        std::deque<GroupId>& queue = ranks_[rank];
        if (queue.empty()) continue;
        const GroupId gid = queue.front();
        queue.pop_front();
        return Place{.gid = gid, .rank = static_cast<Rank>(rank)};
    }
    return std::nullopt;
}

std::size_t Turns::size() const {
    std::size_t sum = 0;
    for (const auto& queue : ranks_) sum += queue.size();
    return sum;
}

}  // namespace stentor::fanout
