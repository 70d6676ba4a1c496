#pragma once
// The members of one group that its owner holds in memory: those who did something lately.
//
// Owner: GroupState. Thread: the partition's worker. Pure.
// Cost: all of them are looked at once in kLookEvery, to each group at a time of its own: a look
// each second took 4% of a core with half a million in memory. Where a partition holds too many
// (shed), a hand goes round and looks at twice as many as there are to forget: so nobody pays for
// more than they brought in. Limits: Partition's.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/rate.h"
#include "base/time.h"
#include "bus/bus.h"
#include "group/rules/rules.h"
#include "store/rows.h"
#include "wire/pb.h"

namespace stentor::group {

struct GroupState;
struct Work;

// Of recalls; and of hides and reactions together.
inline constexpr RateLimit kChangesRate{.period = limits::kChangeEvery,
                                        .burst = limits::kChangesBurst};

struct CachedMember {
    store::MemberRow row;  // As it will be once everything staged is durable.
    Rate rate;
    Rate changes;  // Hides and reactions.
    Rate recalls;
    GivenBack given_back;     // Of all three.
    Time typed;               // When the others were last told that they type.
    std::uint32_t pending{};  // Operations that changed it and are not durable.
    std::uint32_t sends{};    // Ordered, not durable.
    Time used;
    Time last_sent;
    rules::Repeats repeats;
    Rate newcomer;                        // While their account is new.
    std::optional<Time> account_created;  // Once somebody asked.
};

// What a command takes its share of, and is given it back where it is refused for good. Text that
// is edited comes before people as text that is sent, at the same rate; what takes something away
// from all waits behind neither, nor behind reactions. Nothing: it is not paced here.
struct Bucket {
    Rate& rate;
    RateLimit limit;
};
[[nodiscard]] inline std::optional<Bucket> bucket_of(CachedMember& member,
                                                     const pb::ClientFrame& frame,
                                                     const RateLimit& sends) {
    switch (frame.command_case()) {
        case pb::ClientFrame::kSend:
        case pb::ClientFrame::kEdit: return Bucket{.rate = member.rate, .limit = sends};
        case pb::ClientFrame::kRecall:
        case pb::ClientFrame::kClearReactions:
            return Bucket{.rate = member.recalls, .limit = kChangesRate};
        case pb::ClientFrame::kHide:
        case pb::ClientFrame::kReact: return Bucket{.rate = member.changes, .limit = kChangesRate};
        default: return std::nullopt;
    }
}

class Members : private std::unordered_map<UserId, CachedMember> {
    using Map = std::unordered_map<UserId, CachedMember>;

public:
    using Map::at;
    using Map::begin;
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

    // Memory is dropped. Read positions are kept, of which the store may not have been told yet:
    // clamped to a `head` that is durable, so they are true whatever became of the commit. A join
    // that was staged stands at the floor that it would have had.
    void drop(Seq head) {
        for (const auto& [uid, member] : *this) reads_[uid] = std::min(member.row.read, head);
        clear();
    }
    // Of somebody who has not come back since; 0: nothing was kept.
    [[nodiscard]] Seq read_before(UserId uid) const {
        const auto read = reads_.find(uid);
        return read == reads_.end() ? Seq{} : read->second;
    }
    [[nodiscard]] Seq take_read(UserId uid) {
        const auto read = reads_.extract(uid);
        return read.empty() ? Seq{} : read.mapped();
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

    std::unordered_map<UserId, Seq> reads_;  // From before memory was dropped.
    Time looked_at_{};
    std::size_t hand_{};  // The place that was looked at last.
};

// As the store shows them; nothing: they have no row.
void remember_member(GroupState& group, UserId uid, const std::optional<store::MemberRow>& row,
                     Time now);
// Somebody else, whom the command is about. nullptr: they are being loaded.
[[nodiscard]] CachedMember* other_member(GroupState& group, const Work& work, UserId uid);
// Every change to the row of a member passes here.
void set_row(GroupState& group, CachedMember& member, store::MemberRow row);
// Those who were quiet, and `excess` more where a partition holds too many.
void forget_members(GroupState& group, Time now, std::size_t excess);

}  // namespace stentor::group
