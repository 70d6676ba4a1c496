#include "group/intake.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace stentor::group {

Lane lane_of(const bus::Command& command, bool by_staff) {
    if (command.operator_rights) return Lane::first;
    switch (command.frame.command_case()) {
        case pb::ClientFrame::kRecall:
        case pb::ClientFrame::kClearReactions:
        case pb::ClientFrame::kChangeMember:
        case pb::ClientFrame::kConfigureGroup: return Lane::first;
        case pb::ClientFrame::kSend: return by_staff ? Lane::first : Lane::ordinary;
        case pb::ClientFrame::kRead:
        case pb::ClientFrame::kReact:
        case pb::ClientFrame::kTyping: return Lane::sums;
        default: return Lane::ordinary;
    }
}

void Intake::Waiting::put(bus::Command command) {
    const GroupId gid = command.gid;
    std::deque<bus::Command>& queue = commands[gid];
    if (queue.empty()) turns.push_back(gid);
    queue.push_back(std::move(command));
}

bus::Command Intake::Waiting::take() {
    const GroupId gid = turns.front();
    turns.pop_front();
    const auto found = commands.find(gid);
    bus::Command command = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty()) {
        commands.erase(found);
    } else {
        turns.push_back(gid);
    }
    return command;
}

std::size_t Intake::SenderHash::operator()(const Sender& sender) const {
    constexpr std::size_t kOdd = 0x9e3779b97f4a7c15;  // Spreads groups that follow one another.
    return std::hash<GroupId>{}(sender.gid) * kOdd + std::hash<UserId>{}(sender.uid);
}

// An admin whose send waits in `first` and who leaves then, or who was not known to be one when
// their last command came and is now: what they send keeps its order.
void Intake::put(Lane lane, bus::Command command) {
    if (lane != Lane::sums) {
        Waits& waits =
            senders_.try_emplace({command.gid, command.uid}, Waits{.lane = lane, .count = 0})
                .first->second;
        ++waits.count;
        lane = waits.lane;
    }
    ++size_;
    lanes_[static_cast<std::size_t>(lane)].put(std::move(command));
}

// On a fair turn the lanes behind the first have the word, by turns: were it always the last one,
// the one in the middle would starve between two that are never empty.
Lane Intake::next_lane() {
    static constexpr std::array<std::array<Lane, 3>, 3> kOrders{
        {{Lane::first, Lane::ordinary, Lane::sums},
         {Lane::sums, Lane::ordinary, Lane::first},
         {Lane::ordinary, Lane::sums, Lane::first}}};
    ++taken_;
    const bool fair = taken_ % kFairEvery == 0;
    const auto& order = kOrders[fair ? 1 + taken_ / kFairEvery % 2 : 0];
    return *std::ranges::find_if(
        order, [this](Lane lane) { return !lanes_[static_cast<std::size_t>(lane)].turns.empty(); });
}

std::optional<bus::Command> Intake::take() {
    if (size_ == 0) return std::nullopt;
    --size_;
    const Lane lane = next_lane();
    bus::Command command = lanes_[static_cast<std::size_t>(lane)].take();
    left(lane, command);
    if (lane != Lane::sums) {
        earliest_ = std::min(earliest_.value_or(command.arrived), command.arrived);
    }
    return command;
}

void Intake::left(Lane lane, const bus::Command& command) {
    if (lane == Lane::sums) return;
    const auto waits = senders_.find({command.gid, command.uid});
    if (--waits->second.count == 0) senders_.erase(waits);
}

std::vector<bus::Command> Intake::take_all(PartitionId partition) {
    std::vector<bus::Command> taken;
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
        std::erase_if(lanes_[lane].turns, [&](GroupId gid) {
            if (partition_of(gid) != partition) return false;
            auto commands = lanes_[lane].commands.extract(gid);
            for (bus::Command& command : commands.mapped()) {
                left(static_cast<Lane>(lane), command);
                --size_;
                taken.push_back(std::move(command));
            }
            return true;
        });
    }
    return taken;
}

}  // namespace stentor::group
