#pragma once
// What a pass tells beside entries: tallies, who is typing, the group's settings. Whoever may not
// see an entry is not told its tally either: they get the same messages without it.
//
// Cost: a look at the floor of each seat; the push of those who may not see all of it is made
// once for all who see from the same entry on.

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/encoded_push.h"
#include "base/ids.h"
#include "wire/pb.h"

namespace stentor::fanout {

class Tick {
public:
    Tick() = default;
    // `tallies`: the first message of the push, ascending; nullptr: it tells none.
    Tick(SharedPush push, std::shared_ptr<const pb::Tallies> tallies)
        : push_(std::move(push)), tallies_(std::move(tallies)) {}

    [[nodiscard]] bool empty() const { return push_ == nullptr; }

    // For a member who sees the entries of which `sees(seq)` is true: those above their floor.
    // nullptr: of this nothing is for them.
    template <class Sees>
    [[nodiscard]] const SharedPush& for_whom(Sees&& sees) {
        if (tallies_ == nullptr || sees(Seq{tallies_->tallies(0).seq()})) return push_;
        const auto& all = tallies_->tallies();
        const auto first = std::ranges::partition_point(
            all, [&](const pb::Tally& tally) { return !sees(Seq{tally.seq()}); });
        return from(static_cast<int>(first - all.begin()));
    }

private:
    const SharedPush& from(int tally);

    SharedPush push_;
    std::shared_ptr<const pb::Tallies> tallies_;
    std::vector<SharedPush> parts_;  // By the first tally that is told; nullptr: not made yet.
};

}  // namespace stentor::fanout
