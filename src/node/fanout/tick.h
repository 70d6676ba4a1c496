#pragma once
// What a pass tells beside entries: tallies, who is typing, the group's settings. Whoever may not
// see an entry is not told its tally either: they get the same frames without it.
//
// Cost: a look at the floor of each seat; the frames of those who may not see all of it are made
// once for all who see from the same entry on.

#include <algorithm>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/shared_bytes.h"
#include "wire/pb.h"

namespace stentor::fanout {

class Tick {
public:
    Tick() = default;
    // Enveloped frames behind each other. `oldest`: the entry of the first tally, and then the
    // first frame is Tallies, ascending; Seq{}: there are none.
    Tick(SharedBytes frames, Seq oldest) : frames_(std::move(frames)), oldest_(oldest) {}

    [[nodiscard]] bool empty() const { return frames_ == nullptr; }

    // For a member who sees the entries of which `sees(seq)` is true: those above their floor.
    // nullptr: of this nothing is for them.
    template <class Sees>
    [[nodiscard]] const SharedBytes& for_whom(Sees&& sees) {
        if (oldest_ == Seq{} || sees(oldest_)) return frames_;
        if (parts_.empty()) read();
        const auto& all = tallies_.tallies().tallies();
        const auto first = std::ranges::partition_point(
            all, [&](const pb::Tally& tally) { return !sees(Seq{tally.seq()}); });
        return from(static_cast<int>(first - all.begin()));
    }

private:
    void read();
    const SharedBytes& from(int tally);

    SharedBytes frames_;
    Seq oldest_;
    pb::ServerFrame tallies_;         // Of `frames_`, once it was asked for.
    std::size_t rest_{};              // Where what follows them begins.
    std::vector<SharedBytes> parts_;  // By the first tally that is told; nullptr: not made yet.
};

}  // namespace stentor::fanout
