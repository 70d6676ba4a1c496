#include "load/bench/further_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "load/bench/great_group.h"
#include "load/bench/server_metrics.h"

namespace stentor::bench {
namespace {

// What the store has read is bounded however many members there are. With the cache that servers
// have it would be most of what grows here, and not known well enough to be taken off.
constexpr const char* kSmallCache = "store.cache_mb=8";
constexpr double kAimedBytes = 16;  // A further group of a member.
// The first further group takes the row of the one that is watched out of its place in the person,
// once, so both sides have one.
constexpr std::size_t kOnce = 1;
constexpr std::size_t kMembers = 100'000;    // At most.
constexpr std::uint64_t kGroupSize = 1'000;  // Too many for badges that are ticked.
constexpr Millis kGatherWithin{300'000};
constexpr Millis kRest{3'000};

struct Held {
    double own{};
    double cached{};  // Of it blocks that the store has read.
};

Held held_by(const ServerProcess& server) {
    return {.own = static_cast<double>(server.own_bytes()),
            .cached = ServerMetrics{server}[kStoreCacheBytes]};
}

// What the server holds for `members` more, each in `further` groups beside the one that they
// watches.
Held grown(const Context& context, const std::string& section, std::size_t members,
           std::size_t further) {
    GreatGroup group{context,
                     fmt::format("{}, {} further groups", section, further),
                     {.watchers = members,
                      .further_rooms = std::vector<std::uint64_t>(further, kGroupSize),
                      .server_arguments = {"--set", kSmallCache}}};
    group.run_for(kRest);
    const ServerProcess& server = group.testbed().own_server();
    const Held before = held_by(server);
    if (!group.gather(members, kGatherWithin)) {
        throw std::runtime_error{fmt::format("with {} further groups only {} of {} members came",
                                             further, group.crowd().watching(), members)};
    }
    if (group.crowd().counts().violations() > 0) {
        throw std::runtime_error{
            fmt::format("with {} further groups somebody was told wrong", further)};
    }
    group.run_for(kRest);
    const Held after = held_by(server);
    group.crowd().vanish();
    group.testbed().fleet().stop_all();
    return {.own = after.own - before.own, .cached = after.cached - before.cached};
}

}  // namespace

void measure_further_groups(const Context& context, const std::string& section) {
    Findings& findings = context.findings;
    const std::size_t members = std::min(context.options.members, kMembers);
    const Held without = grown(context, section, members, kOnce);
    const Held with = grown(context, section, members, kOnce + kFurtherGroups);
    const auto count = static_cast<double>(members * kFurtherGroups);
    const double cached = (with.cached - without.cached) / count;
    const double bytes = (with.own - without.own) / count - cached;
    const std::string who = fmt::format("{} members in {} further groups of {} each", members,
                                        kFurtherGroups, kGroupSize);
    findings.figure(section, who + ": server's own memory, a further group", bytes, "bytes");
    findings.figure(section, who + ": beside it blocks that the store has read, a further group",
                    cached, "bytes");
    if (bytes > kAimedBytes) {
        findings.note(section,
                      fmt::format("above the aim of {} bytes a further group: a row has that many "
                                  "(node/cache/user_sessions.h), the rest is the allocator's",
                                  kAimedBytes));
    }
}

}  // namespace stentor::bench
