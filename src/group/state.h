#pragma once
// One group in its owner's memory: what every function of this folder that takes a group works on.
// Each part has a header of its own, with the functions that change it.
//
// Owner: Partition. Thread: its worker. Pure: everything comes in through Partition, and leaves
// through `port`. Cost: nothing here grows with the number of members but the cache of those who
// were active.

#include <cstdint>
#include <vector>

#include "base/code.h"
#include "base/ids.h"
#include "base/time.h"
#include "group/closing.h"
#include "group/duties.h"
#include "group/effects.h"
#include "group/invites.h"
#include "group/loads.h"
#include "group/members.h"
#include "group/open.h"
#include "group/pipeline.h"
#include "group/retention.h"
#include "group/ring.h"
#include "group/send_rules.h"
#include "group/sent_index.h"
#include "group/settings.h"
#include "group/sweeps.h"
#include "group/tallies_publish.h"
#include "group/uncommitted_state.h"
#include "store/rows.h"
#include "wire/pb.h"

namespace stentor::group {

enum class Phase : std::uint8_t { unloaded, loading, absent, live, closed };

struct GroupState {
    const GroupId gid;
    const Lease& lease;
    const Settings& server_settings;
    GroupPort& port;

    Phase phase{Phase::unloaded};
    Time used{};
    Code refused{};  // What the command at hand was refused with; ok: it was not.

    // What is durable.
    store::HeadRow head;
    pb::GroupSettings durable_settings;
    Ring ring{{}, {}};
    std::uint64_t told{};               // Nodes have been told up to this version.
    std::vector<bus::GroupEvent> news;  // Of the commit that is being settled, for nodes.

    // What is not, or not yet.
    Pipeline pipeline;
    Changes changes;
    SentIndex sent{Time::max()};  // Of both.

    Loads loads;
    Openings openings;
    Members members;
    Pace pace;
    Sums sums;
    Duties duties;
    Sweeps sweeps;
    Invites invites;
    Retention retention;
    Closing closing;
};

[[nodiscard]] inline Epoch epoch(const GroupState& group) { return group.head.epoch; }

[[nodiscard]] inline storm::Level storm_level(const GroupState& group) {
    return group.server_settings.rules.storm.of(group.head.members);
}

// A chat of two (direct.h).
[[nodiscard]] inline bool is_direct(const GroupState& group) {
    return group.pipeline.settings.kind() == pb::GROUP_KIND_DIRECT;
}

}  // namespace stentor::group
