#pragma once
// What a partition's groups are given from outside: the server's settings for all of them, and
// where the partition stands.

#include <cstddef>
#include <cstdint>

#include "auth/account/shared_gate.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/rate.h"
#include "base/time.h"
#include "base/user_rate.h"
#include "group/rules/rules.h"

namespace stentor::group {

struct Settings {
    RateLimit rate;
    std::size_t staged_max;
    std::size_t parked_max;
    rules::Rules rules{};
    Millis recall_window{limits::kRecallWindow};  // For the sender; admins may always recall.
    Millis edit_window{limits::kEditWindow};
    std::uint64_t members_max{limits::kMembersPerGroup};
    bool operator_creates{};  // Nobody else makes groups; direct chats are no groups here.
    // For a new group whose creator asked for nothing else; 0: everything is kept, no slow mode.
    std::uint64_t retention_s{};
    std::uint64_t retention_entries{};
    std::uint32_t slow_mode_s{};
    const account::SharedGate* gate{};  // None: every account is good.

    // Of this user's sends: their own, where the operator gave them one.
    [[nodiscard]] RateLimit rate_of(UserId uid) const {
        const UserRate own = gate == nullptr ? UserRate{} : gate->rate_of(uid);
        return own ? limit_of(own) : rate;
    }
};

// Where a partition stands: who owns it, and the least epoch of what it creates.
struct Lease {
    Term term;
    Epoch epoch;
};

}  // namespace stentor::group
