#include "node/fanout/router.h"

#include <algorithm>
#include <utility>

#include "node/fanout/channel.h"
#include "wire/envelope.h"
#include "wire/frames.h"
#include "wire/pb.h"

namespace stentor::fanout {

Router::Router(PushWriter& sockets, Viewers& viewers, Gate& gate, std::size_t seats_max)
    : workshop_{.sockets = sockets, .viewers = viewers}, gate_(gate), seats_max_(seats_max) {}
Router::~Router() = default;

Channel* Router::find(GroupId gid) const {
    const auto it = channels_.find(gid);
    return it == channels_.end() ? nullptr : it->second.get();
}

void Router::count_changed(const Channel& channel) {
    changed_[channel.gid()] = {.gid = channel.gid(),
                               .count = static_cast<std::uint32_t>(channel.audience().size()),
                               .away = channel.away,
                               .ticket = channel.ticket};
}

void Router::on_ticket(GroupId gid, std::uint64_t ticket) {
    if (Channel* channel = find(gid)) {
        channel->ticket = ticket;
        count_changed(*channel);
        return;
    }
    changed_[gid] = {.gid = gid, .ticket = ticket};
}

Result<SeatIndex> Router::join(GroupId gid, Epoch epoch, Seq reached, Seat seat) {
    auto& slot = channels_[gid];
    if (!slot) {
        slot = std::make_unique<Channel>(gid, epoch, reached, seats_max_, workshop_);
        if (const auto it = changed_.find(gid); it != changed_.end()) {
            slot->ticket = it->second.ticket;
        }
    }
    Channel& channel = *slot;
    if (channel.move_head(epoch, reached)) make_ready(channel);
    // Below the head, which the hub's order rules out, or of a former epoch: told at once rather
    // than left until the next push.
    if (epoch < channel.audience().epoch() || reached < channel.audience().head()) {
        seat.behind = 1;
        seat.owes_head = 1;
    }
    auto index =
        channel.audience().join(seat, epoch < channel.audience().epoch() ? Seq{} : reached);
    if (!index) {
        forget(gid);
        return index;
    }
    if (seat.behind) {
        channel.want_heads();
        make_ready(channel);
    }
    count_changed(channel);
    return index;
}

std::optional<ConnectionIndex> Router::leave(GroupId gid, SeatIndex seat) {
    Channel* channel = find(gid);
    if (channel == nullptr || seat >= channel->audience().size()) return std::nullopt;
    const auto moved = channel->leave(seat);
    count_changed(*channel);
    forget(gid);
    return moved;
}

void Router::seat_away(GroupId gid, bool away) {
    Channel* channel = find(gid);
    if (channel == nullptr) return;
    away ? ++channel->away : --channel->away;
    count_changed(*channel);
}

// Does nothing while anybody watches.
void Router::forget(GroupId gid) {
    const auto it = channels_.find(gid);
    if (it != channels_.end() && it->second->audience().size() == 0) channels_.erase(it);
}

void Router::caught_up(GroupId gid, SeatIndex seat, Epoch epoch, Seq reached) {
    Channel* channel = find(gid);
    if (channel == nullptr || seat >= channel->audience().size()) return;
    channel->caught_up(seat, epoch, reached);
    if (channel->has_work()) make_ready(*channel);
}

void Router::on_drained(GroupId gid, SeatIndex seat) {
    Channel* channel = find(gid);
    if (channel == nullptr || seat >= channel->audience().size()) return;
    channel->on_drained(seat);
}

void Router::on_push(Push push) {
    Channel* channel = find(push.gid);
    if (channel == nullptr) return;
    const Time at = push.at;
    if (!channel->add(std::move(push))) return;
    channel->note_push(at);
    make_ready(*channel);
}

void Router::on_head(GroupId gid, Epoch epoch, Seq head) {
    Channel* channel = find(gid);
    if (channel != nullptr && channel->move_head(epoch, head)) make_ready(*channel);
}

void Router::on_online(GroupId gid, std::uint64_t count) {
    Channel* channel = find(gid);
    if (channel == nullptr) return;
    channel->online = count;
    channel->pulse = nullptr;
}

void Router::make_ready(Channel& channel) {
    const Lane lane = channel.lane();
    if (channel.queued && *channel.queued <= lane) return;
    channel.queued = lane;
    Turns& turns = channel.audience().size() > limits::kLargeAudience ? large_ : small_;
    turns.add({.gid = channel.gid(), .lane = lane});
}

// Passes over those that have gone, and places that were left for a better one.
Channel* Router::take(Turns& turns) {
    while (const auto place = turns.take(turn_)) {
        Channel* channel = find(place->gid);
        if (channel != nullptr && channel->queued == place->lane) return channel;
    }
    return nullptr;
}

void Router::slice_and_requeue(Channel& channel, std::size_t& seats, Time now) {
    const Time since = channel.pass_since();
    const std::size_t visited = channel.slice(limits::kSliceSeats);
    if (!channel.in_pass() && since != Time{}) ended_passes_.push_back(now - since);
    seats -= std::min(seats, std::max<std::size_t>(visited, 1));
    channel.queued.reset();
    if (channel.has_work()) make_ready(channel);
}

Router::Turn Router::run(Time now) {
    ended_passes_.clear();
    std::size_t seats = limits::kTurnSeats;
    ++turn_;
    for (std::size_t turns = small_.size(); turns > 0 && seats > 0; --turns) {
        Channel* channel = take(small_);
        if (channel == nullptr) break;
        slice_and_requeue(*channel, seats, now);
    }
    bool gated = false;
    if (Channel* channel = take(large_)) {
        gated = !gate_.try_enter();
        if (gated) {
            large_.put_back({.gid = channel->gid(), .lane = *channel->queued});
        } else {
            seats = limits::kSliceSeats;
            slice_and_requeue(*channel, seats, now);
            gate_.leave();
        }
    }
    if (!small_.empty()) return Turn::more;
    if (large_.empty()) return Turn::idle;
    return gated ? Turn::gated : Turn::more;
}

// Small groups wait for a few turns at most, so the first of each lane stands for all.
Millis Router::oldest_pass(Time now) const {
    Millis longest{};
    const auto look = [&](GroupId gid) {
        const Channel* channel = find(gid);
        if (channel == nullptr || channel->pass_since() == Time{}) return;
        longest = std::max(longest, now - channel->pass_since());
    };
    for (const auto& lane : small_.lanes()) {
        if (!lane.empty()) look(lane.front());
    }
    for (const auto& lane : large_.lanes()) {
        for (const GroupId gid : lane) look(gid);
    }
    return longest;
}

void Router::tell_person(const pb::User& user, Time now, Time until) {
    std::erase_if(people_, [&](const PersonNews& news) {
        return news.until < now || news.user.uid() == user.uid();
    });
    people_.push_back({.user = user, .until = until});
    if (people_.size() > limits::kPeopleTold) people_.pop_front();
    ++people_told_;
}

SharedPush Router::pulse(std::span<const GroupId> groups, Time now) {
    // Pulses made within one second carry the same time, so that they can be the same push.
    const std::uint64_t second = to_ms(now) / 1'000;
    while (!people_.empty() && people_.front().until < now) people_.pop_front();
    const std::uint64_t key = (people_told_ << 48U) ^ (second * storm::kLevels + level());
    Channel* only = groups.size() == 1 ? find(groups.front()) : nullptr;
    if (only != nullptr && only->pulse && only->pulse_key == key &&
        only->pulse_head == only->told()) {
        return only->pulse;
    }
    if (groups.empty() && no_heads_ && no_heads_key_ == key) return no_heads_;

    pb::ServerFrame frame;
    pb::Pulse& pulse = *frame.mutable_pulse();
    pulse.set_time_ms(second * 1'000);
    pulse.set_level(level());
    for (const GroupId gid : groups) {
        const Channel* channel = find(gid);
        if (channel == nullptr) continue;
        pb::Head& head = *pulse.add_heads();
        head.set_gid(gid.value);
        head.set_epoch(channel->audience().epoch().value);
        head.set_head(channel->told().value);
        if (channel->online == 0) continue;
        pulse.add_online()->set_gid(gid.value);
        pulse.mutable_online()->rbegin()->set_count(channel->online);
    }
    if (level() == storm::kCalm) {
        for (const PersonNews& news : people_) *pulse.add_people() = news.user;
    }
    SharedPush push = wire::shared_push(wire::encode(frame));
    if (groups.empty()) {
        no_heads_ = push;
        no_heads_key_ = key;
    }
    if (only != nullptr) {
        only->pulse = push;
        only->pulse_key = key;
        only->pulse_head = only->told();
    }
    return push;
}

void Router::take_counts(std::vector<WatcherCount>& counts) {
    for (const auto& [gid, count] : changed_) counts.push_back(count);
    changed_.clear();
}

std::size_t Router::watchers(GroupId gid) const {
    const Channel* channel = find(gid);
    return channel == nullptr ? 0 : channel->audience().size();
}

const Audience* Router::audience(GroupId gid) const {
    const Channel* channel = find(gid);
    return channel == nullptr ? nullptr : &channel->audience();
}

}  // namespace stentor::fanout
