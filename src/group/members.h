#pragma once
// The members of one group that its owner holds in memory: those who did something lately.
//
// Owner: Group. Thread: the partition's worker. Pure.
// Cost: all of them are looked at once in kLookEvery, to each group at a time of its own: a look
// each second took 4% of a core with half a million in memory. Where a partition holds too many
// (shed), a hand goes round and looks at twice as many as there are to forget: so nobody pays for
// more than they brought in. Limits: Partition's.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"
#include "group/pipeline.h"

namespace stentor::group {

class Members : private std::unordered_map<UserId, CachedMember> {
    using Map = std::unordered_map<UserId, CachedMember>;

public:
    using Map::at;
    using Map::begin;
    using Map::clear;
    using Map::contains;
    using Map::end;
    using Map::find;
    using Map::size;
    using Map::try_emplace;
    using Map::operator[];

    // Whoever did nothing for kGroupIdle, when a look is due. `waits`(UserId): something of theirs
    // does, so they stay.
    template <class Waits>
    void forget_quiet(GroupId gid, Time now, const Waits& waits) {
        if (looked_at_ == Time{}) {
            const auto part = static_cast<std::uint64_t>(kLookEvery.count());
            looked_at_ = now - Millis{static_cast<Millis::rep>(spread(gid.value) % part)};
        }
        if (now < looked_at_ + kLookEvery) return;
        looked_at_ = now;
        std::erase_if(static_cast<Map&>(*this), [&](const auto& entry) {
            return is_quiet(entry.second, now - limits::kGroupIdle) && !waits(entry.first);
        });
    }

    // Up to `excess` of those who did nothing for kBusy, as far as the hand meets them now.
    template <class Waits>
    void shed(std::size_t excess, Time now, const Waits& waits) {
        // A look at a place that nobody stands at is one, too: few must not stand in a table of
        // many.
        if (bucket_count() > kPlacesEach * (size() + kLooksMin)) rehash(0);
        std::size_t looks = std::min(2 * excess + kLooksMin, kLooksMax);
        std::vector<UserId> gone;
        for (std::size_t places = bucket_count(); places > 0 && looks > 0; --places) {
            hand_ = hand_ + 1 < bucket_count() ? hand_ + 1 : 0;
            --looks;
            for (auto at = cbegin(hand_); at != cend(hand_) && gone.size() < excess; ++at) {
                looks -= std::min<std::size_t>(looks, 1);
                const bool goes = is_quiet(at->second, now - kBusy) && !waits(at->first);
                if (goes) gone.push_back(at->first);
            }
            if (gone.size() == excess) break;
        }
        for (const UserId uid : gone) erase(uid);
    }

private:
    static constexpr Millis kLookEvery = limits::kGroupIdle / 10;
    static constexpr Millis kBusy{1'000};
    static constexpr std::size_t kLooksMin = 64;
    static constexpr std::size_t kLooksMax = 65'536;
    static constexpr std::size_t kPlacesEach = 8;

    [[nodiscard]] static bool is_quiet(const CachedMember& member, Time since) {
        return member.pending == 0 && member.sends == 0 && member.used < since;
    }

    Time looked_at_{};
    std::size_t hand_{};  // The place that was looked at last.
};

}  // namespace stentor::group
