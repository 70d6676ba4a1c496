#include "node/cache/ticks.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "wire/envelope.h"
#include "wire/frames.h"

namespace stentor::cache {
namespace {

constexpr std::chrono::microseconds kPerWatcher{100};  // A write of 5 us, twenty times over

constexpr std::size_t kTold = 2 * limits::kTalliesPerTick;  // With what the last tick told

}  // namespace

void Ticks::on_tally(const pb::Tally& tally) {
    fresh_[tally.seq()] = tally;
    if (fresh_.size() > kTold) fresh_.erase(fresh_.begin());
}

void Ticks::on_typing(UserId uid) {
    if (typing_.size() >= limits::kTypingShown ||
        std::ranges::find(typing_, uid) != typing_.end()) {
        return;
    }
    typing_.push_back(uid);
}

// The newest ones, where there are too many. Of an entry that is not pushed yet nobody could keep
// it: that waits.
pb::Tallies Ticks::tallies(Seq head) {
    std::map<std::uint64_t, pb::Tally> early;
    while (!fresh_.empty() && fresh_.rbegin()->first > head.value) {
        early.insert(fresh_.extract(std::prev(fresh_.end())));
    }
    std::map<std::uint64_t, pb::Tally> all = fresh_;
    all.insert(told_.begin(), told_.end());  // What is fresh stays.
    while (all.size() > kTold) all.erase(all.begin());
    told_ = std::exchange(fresh_, std::move(early));
    pb::Tallies tallies;
    for (auto& [seq, tally] : all) *tallies.add_tallies() = std::move(tally);
    return tallies;
}

Ticks::Due Ticks::take(const Memory& memory, std::uint64_t audience, storm::Level level, Time now) {
    if (level >= storm::kSlowing) typing_.clear();
    if (now < next_ || (fresh_.empty() && typing_.empty() && !group_.fresh)) return {};
    const auto period =
        std::chrono::duration_cast<Millis>(kPerWatcher * static_cast<std::int64_t>(audience));
    next_ = now + std::min(storm::slowed(std::max(period, limits::kTicksEvery), level),
                           limits::kTicksAtMost);

    EncodedPush push;
    std::shared_ptr<const pb::Tallies> shown;
    const auto add = [&](const pb::ServerFrame& frame) {
        wire::append_message(push, wire::encode(frame));
    };
    if (!fresh_.empty() || !told_.empty()) {
        pb::ServerFrame frame;
        pb::Tallies& told = *frame.mutable_tallies();
        told = tallies(memory.head());
        told.set_gid(memory.gid().value);
        told.set_epoch(memory.epoch().value);
        if (told.tallies_size() > 0) {
            add(frame);
            shown = std::make_shared<const pb::Tallies>(std::move(told));
        }
    }
    if (group_.fresh || group_.told) {
        group_ = {.fresh = false, .told = group_.fresh};
        pb::ServerFrame frame;
        pb::GroupChanged& changed = *frame.mutable_group_changed();
        changed.set_gid(memory.gid().value);
        changed.set_epoch(memory.epoch().value);
        *changed.mutable_settings() = memory.settings;
        changed.set_members(memory.members);
        add(frame);
    }
    if (!typing_.empty()) {
        pb::ServerFrame frame;
        frame.mutable_typing_now()->set_gid(memory.gid().value);
        for (const UserId uid : std::exchange(typing_, {})) {
            frame.mutable_typing_now()->add_uids(uid.value);
        }
        add(frame);
    }
    if (push.count() == 0) return {};
    return {.encoded = std::make_shared<const EncodedPush>(std::move(push)),
            .tallies = std::move(shown)};
}

}  // namespace stentor::cache
