#pragma once
// What the cache has asked an owner for, kept until the answer comes: whose request it is, and what
// is known of it so far.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "bus/bus.h"
#include "node/cache/cache.h"
#include "node/cache/pages.h"
#include "node/cache/user_sessions.h"

namespace stentor::cache {

inline constexpr std::uint32_t kRetryMs = 1'000;  // When what failed may be asked for again.

struct PendingOpen {
    Waiter waiter;
    GroupId gid;
    UserId uid;
    Epoch epoch;
    Seq seq;
    std::uint64_t known{};  // Group::version when the owner was asked.
    int tries{};
    bool with_view{};
    bool checked{};  // The owner was asked whether the head is further on.
    // Once the owner has answered.
    Epoch answered;
    bus::Versions versions;
    bus::MemberView member;
    std::optional<bus::Mine> mine;
};

struct PendingPull {
    Waiter waiter;
    GroupId gid;
    Epoch epoch;
    Seq from;
    Seq to;
    ReadRights reader;
    std::optional<bus::Mine> mine;
    bool loaded{};   // A page was loaded for it: not again.
    bool checked{};  // The owner was asked whether the head is further on.
};

// A hundred thousand may wait for one page.
static_assert(sizeof(PendingPull) <= 256);

// One page on its way: one ask, whoever waits for it.
struct PageLoad {
    PageKey key;
    std::vector<PendingPull> waiting;
    std::vector<pb::Tally> tallies;
    std::vector<LogEntry> changed;  // Told while the page was being read, perhaps before.
    std::uint64_t at_least{};       // An answer of before this version is not kept.
};

struct CatchUp {
    GroupId gid;
};
struct NearAsk {
    Waiter waiter;
    GroupId gid;
    ReadRights reader;
    Time time;
};
struct OpenOverlay {  // What the member alone has there, before they are told what is.
    PendingOpen open;
};
struct PullOverlay {
    PendingPull pull;
};
struct AskedStays {  // Whether they are still members.
    GroupId gid;
    std::vector<UserId> uids;
    std::uint64_t reset{};  // Its ticket; 0: of none.
};
using Asked = std::variant<PendingOpen, PageLoad, CatchUp, NearAsk, AskedStays, OpenOverlay,
                           PullOverlay, HelloAsk, UserLogAsk, BadgeAsk>;

}  // namespace stentor::cache
