#include "group/intake.h"

#include <algorithm>
#include <utility>

namespace stentor::group {

Lane lane_of(const bus::Post& post, bool by_staff) {
    if (post.operator_rights) return Lane::first;
    switch (post.command.command_case()) {
        case pb::ClientFrame::kRecall:
        case pb::ClientFrame::kChangeMember:
        case pb::ClientFrame::kConfigureGroup: return Lane::first;
        case pb::ClientFrame::kSend: return by_staff ? Lane::first : Lane::ordinary;
        case pb::ClientFrame::kRead:
        case pb::ClientFrame::kReact:
        case pb::ClientFrame::kTyping: return Lane::sums;
        default: return Lane::ordinary;
    }
}

void Intake::Waiting::put(bus::Post post) {
    const GroupId gid = post.gid;
    std::deque<bus::Post>& queue = posts[gid];
    if (queue.empty()) turns.push_back(gid);
    queue.push_back(std::move(post));
}

bus::Post Intake::Waiting::take() {
    const GroupId gid = turns.front();
    turns.pop_front();
    const auto found = posts.find(gid);
    bus::Post post = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty()) {
        posts.erase(found);
    } else {
        turns.push_back(gid);
    }
    return post;
}

bool Intake::Waiting::holds_of(GroupId gid, UserId uid) const {
    const auto found = posts.find(gid);
    return found != posts.end() &&
           std::ranges::find(found->second, uid, &bus::Post::uid) != found->second.end();
}

// Who was not known to be an admin when his last post came, and is now, must not overtake himself.
void Intake::put(Lane lane, bus::Post post) {
    Waiting& ordinary = lanes_[static_cast<std::size_t>(Lane::ordinary)];
    const bool overtakes = lane == Lane::first && ordinary.holds_of(post.gid, post.uid);
    ++size_;
    (overtakes ? ordinary : lanes_[static_cast<std::size_t>(lane)]).put(std::move(post));
}

std::optional<bus::Post> Intake::take() {
    if (size_ == 0) return std::nullopt;
    --size_;
    const auto waits = [](const Waiting& lane) { return !lane.turns.empty(); };
    if (++taken_ % kFairEvery == 0) {
        return std::find_if(lanes_.rbegin(), lanes_.rend(), waits)->take();
    }
    return std::ranges::find_if(lanes_, waits)->take();
}

}  // namespace stentor::group
