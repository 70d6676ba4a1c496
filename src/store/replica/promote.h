#pragma once
// Makes a follower's folder one to serve from.
//
// A copy of a leader that waited for it in strict mode holds all that was ever acknowledged: it
// goes on in the same history. Any other copy may lack the newest part, so the epoch rises: every
// client is told up to where the former history holds, and nobody mistakes the new numbers for lost
// ones.
//
// Thread: one; while nobody follows into the folder.

#include "store/replica/follower.h"

namespace stentor::replica {

struct Promoted {
    bool raised{};  // The epoch: something may be lost.
    Epoch epoch;
};

// `lost_nothing`: the operator knows that the copy lacks nothing. not_found: the folder follows
// nobody, or holds no copy yet; else what opening and writing say.
// A raised epoch is at least `least`: two copies of one leader that are promoted one after the
// other must not both count on by one.
[[nodiscard]] Result<Promoted> promote(const Place& place, const OpenCopy& open, bool lost_nothing,
                                       Epoch least = {});

}  // namespace stentor::replica
